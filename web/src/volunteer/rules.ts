import type { Choices } from "./choices.ts";

/** What the device says of itself; null where this browser cannot tell. */
export interface Device {
  /** `level` from 0 to 1. */
  battery: { level: number; charging: boolean } | null;
  hidden: boolean;
  metered: boolean | null;
}

/** Why nothing new is computed just now. */
export type Reason = { by: "person" } | { by: "battery"; below: number } | { by: "hidden" } | { by: "metered" };

/**
 * The rules: each one alone is enough to pause, and all that hold are told.
 *
 *     battery   on battery, and below the level that the person set
 *     hidden    the tab is not in sight, and the person wants it to rest then
 *     metered   the network costs by the byte, or the person asked the browser to save data
 *
 * The data limit is no rule of this kind: at it the tab stops, for as long as it holds blocks it would go on to send.
 */
export function reasonsToPause({ battery, hidden, metered }: Device, choices: Choices): Reason[] {
  const reasons: Reason[] = [];
  if (battery && !battery.charging && battery.level * 100 < choices.battery)
    reasons.push({ by: "battery", below: choices.battery });
  if (hidden && choices.hidden) reasons.push({ by: "hidden" });
  if (metered && choices.metered) reasons.push({ by: "metered" });
  return reasons;
}

/** Whether so many bytes are all that the person wants to move. */
export function isOverCap(bytes: number, { dataCap }: Pick<Choices, "dataCap">): boolean {
  return dataCap > 0 && bytes >= dataCap * 1e6;
}
