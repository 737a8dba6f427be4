import type { Table } from "../kernel.ts";

export type Value = Table["rows"][number][number];
export interface Sorting {
  column: number;
  descending: boolean;
}

/** The rows in a column's order, those that are equal as they stood; null sorts before all, numbers before texts. */
export function sorted(rows: Table["rows"], by: Sorting | null): Table["rows"] {
  if (by === null) return rows;
  const sign = by.descending ? -1 : 1;
  return rows.toSorted((one, other) => sign * compare(one[by.column] ?? null, other[by.column] ?? null));
}

const texts = new Intl.Collator("en", { numeric: true });

function compare(one: Value, other: Value): number {
  const kinds = rank(one) - rank(other);
  if (kinds !== 0) return kinds;
  if (typeof one === "string" && typeof other === "string") return texts.compare(one, other);
  return Number(one) - Number(other);
}

function rank(value: Value): number {
  if (value === null) return 0;
  return typeof value === "string" ? 2 : 1;
}

/** The table as CSV (RFC 4180, UTF-8); null is an empty field. */
export function csvOf({ columns, rows }: Table): string {
  return [columns, ...rows].map((row) => `${row.map(field).join(",")}\r\n`).join("");
}

function field(value: Value): string {
  const text = value === null ? "" : typeof value === "boolean" ? (value ? "True" : "False") : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The table as a JSON list of objects; of columns with the same name the later ones are numbered. */
export function jsonOf({ columns, rows }: Table): string {
  const names: string[] = [];
  for (const column of columns) {
    let name = column;
    for (let count = 2; names.includes(name); count++) name = `${column} (${count})`;
    names.push(name);
  }
  const records = rows.map((row) => Object.fromEntries(names.map((name, index) => [name, row[index] ?? null])));
  return `${JSON.stringify(records, null, 1)}\n`;
}
