import type { FetchOrder, FromConsole } from "../../frame/console_protocol.ts";
import { isBytes, isCount, isRecord, isText, isTexts, short } from "../../sandbox/shapes.ts";
import { HASH_SIZE } from "../../wire/frames.ts";
import type { BlockId } from "../../wire/messages.ts";
import type { CellError, CellEvent, Completion } from "../kernel.ts";
import { isShown } from "./shown.ts";

/**
 * Reads what the console's Worker says. The cells are the user's own, or an example's, or somebody's whom the user
 * trusted too far: what does not have the shape of the protocol is null, and the page ends the Worker that sent it.
 */
export function readFromConsole(data: unknown): FromConsole | null {
  if (!isRecord(data)) return null;
  const { is, id, cell, reason, job, jobs, hash, k, nodes, outcome } = data;
  switch (is) {
    case "ready":
      return isText(data.python) ? { is, python: short(data.python) } : null;
    case "broken":
      return isText(reason) ? { is, reason: short(reason) } : null;
    case "dead":
      return isText(reason) ? { is, reason: short(reason), memory: data.memory === true } : null;
    case "say":
      return isBytes(data.message) ? { is, message: data.message } : null;
    case "fetch":
      return isCount(id) && isText(data.holder) && isOrders(data.orders)
        ? { is, id, holder: data.holder, orders: data.orders }
        : null;
    case "provide":
      return isBlockId(data.block) && isBytes(data.data) && isBytes(data.hashes) && data.hashes.length === HASH_SIZE
        ? { is, block: data.block, data: data.data, hashes: data.hashes }
        : null;
    case "release":
      return Array.isArray(nodes) && nodes.every(isCount) ? { is, nodes } : null;
    case "event": {
      const event = readEvent(data.event);
      return isText(cell) && event ? { is, cell, event } : null;
    }
    case "action":
      return isText(cell) && isCount(k) && isText(hash) && isText(job)
        ? { is, cell, k, hash, job, recalled: data.recalled === true, parallelism: countOf(data.parallelism) }
        : null;
    case "waiting":
      return isText(cell) && isTexts(jobs) ? { is, cell, jobs } : null;
    case "computing":
      return isText(cell) ? { is, cell } : null;
    case "interrupting":
      return { is };
    case "completions":
      return isCount(id) && Array.isArray(data.completions) && data.completions.every(isCompletion)
        ? { is, id, completions: data.completions }
        : null;
    case "done":
      return isText(cell) && (outcome === "done" || outcome === "failed" || outcome === "stopped")
        ? { is, cell, outcome, parallelism: countOf(data.parallelism) }
        : null;
    default:
      return null;
  }
}

/** What a cell did. That it is replayed, and its actions, only the page itself tells. */
function readEvent(event: unknown): CellEvent | null {
  if (!isRecord(event)) return null;
  const { is, name, text, id, data, job, error } = event;
  if (is === "stream" && (name === "stdout" || name === "stderr") && isText(text)) return { is, name, text };
  if (is === "display" && isText(id) && isShown(data)) return { is, id, data };
  if (is === "job" && isText(job)) return { is, job, recalled: event.recalled === true };
  if (is === "error" && isError(error)) return { is, error };
  return null;
}

function isError(error: unknown): error is CellError {
  if (!isRecord(error)) return false;
  const { line, cell, partition, volunteer, job } = error;
  return (
    [error.type, error.message, error.traceback].every(isText) &&
    [cell, volunteer, job].every(orNone(isText)) &&
    [line, partition].every(orNone(isCount))
  );
}

function isCompletion(value: unknown): value is Completion {
  return isRecord(value) && [value.label, value.kind, value.detail, value.info].every(isText);
}

function isBlockId(value: unknown): value is BlockId {
  return (
    Array.isArray(value) &&
    value.length === 5 &&
    isText(value[0]) &&
    (value[1] === "rdd" || value[1] === "map") &&
    value.slice(2).every(isCount)
  );
}

function isOrders(value: unknown): value is FetchOrder[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((order) => isRecord(order) && isBlockId(order.block) && isCount(order.size))
  );
}

const countOf = (value: unknown) => (isCount(value) ? value : 0);

function orNone(is: (value: unknown) => boolean): (value: unknown) => boolean {
  return (value) => value === undefined || value === null || is(value);
}
