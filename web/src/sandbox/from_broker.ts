import type { FromBroker } from "../frame/protocol.ts";
import { isCount, isRecord, isText, isTexts, short } from "./shapes.ts";

/**
 * Reads what the sealed frame's broker says. Whatever runs in the frame may send anything: what does not have the shape
 * of the protocol is null.
 */
export function readFromBroker(data: unknown): FromBroker | null {
  if (!isRecord(data)) return null;
  const { is, worker, reason, escaped, refused } = data;
  if (is === "ready") return { is };
  if (is === "probed" && isTexts(escaped) && isTexts(refused)) return { is, escaped, refused };
  if (is === "died" && isCount(worker) && isText(reason)) return { is, worker, reason: short(reason) };
  return null;
}
