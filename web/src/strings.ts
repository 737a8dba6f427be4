/** What every page says. The sentences of each page stand in `strings/`: to be read in one go, and translated one day. */

export { volunteer } from "./strings/volunteer.ts";

/** Bytes for people: powers of 1000, three digits at most. */
export function inBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 99.95 ? value.toFixed(0) : value.toFixed(1)} ${units[unit]}`;
}
