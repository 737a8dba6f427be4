import type { FromBroker, FromWorker, WrittenBlock } from "../frame/protocol.ts";
import { HASH_SIZE } from "../wire/frames.ts";

/**
 * Reads what comes out of the sealed frame. A stranger's code runs there and may send anything: what does not have the
 * shape of the protocol is null, and the page ends the Worker that sent it.
 */
export function readFromBroker(data: unknown): FromBroker | null {
  if (!isRecord(data)) return null;
  const { is, worker, reason, escaped, refused } = data;
  if (is === "ready") return { is };
  if (is === "probed" && isTexts(escaped) && isTexts(refused)) return { is, escaped, refused };
  if (is === "died" && isCount(worker) && isText(reason)) return { is, worker, reason: short(reason) };
  return null;
}

const TEXT_LIMIT = 4096;
const short = (text: string) => text.slice(0, TEXT_LIMIT).toWellFormed();

export function readFromWorker(data: unknown): FromWorker | null {
  if (!isRecord(data)) return null;
  const { is } = data;
  switch (is) {
    case "ready":
      return isText(data.python) ? { is, python: short(data.python) } : null;
    case "broken":
      return isText(data.reason) ? { is, reason: short(data.reason) } : null;
    case "dead":
      return isText(data.reason) ? { is, reason: short(data.reason), memory: data.memory === true } : null;
    case "output":
      return readOutput(data);
    case "failed":
      return data.message instanceof Uint8Array ? { is, message: data.message } : null;
    case "finished":
      return data.message instanceof Uint8Array && Array.isArray(data.blocks) && data.blocks.every(isBlock)
        ? { is, message: data.message, blocks: data.blocks }
        : null;
    case "corrupt":
      return isText(data.block) && isText(data.reason) ? { is, block: data.block, reason: short(data.reason) } : null;
    default:
      return null;
  }
}

function readOutput({ stream, text, partition, dropped }: Record<string, unknown>): FromWorker | null {
  if ((stream !== "stdout" && stream !== "stderr") || !isText(text)) return null;
  if (!Number.isSafeInteger(partition) || !isCount(dropped)) return null;
  // Python refuses a message with half a surrogate pair in it, and would end the session over it.
  return { is: "output", stream, text: text.toWellFormed(), partition: partition as number, dropped };
}

/** Sizes that add up, and a hash for each segment. */
function isBlock(block: unknown): block is WrittenBlock {
  return (
    isRecord(block) &&
    block.data instanceof Uint8Array &&
    block.hashes instanceof Uint8Array &&
    Array.isArray(block.sizes) &&
    block.sizes.every(isCount) &&
    block.hashes.length === HASH_SIZE * block.sizes.length &&
    block.sizes.reduce((sum, size) => sum + size, 0) === block.data.length
  );
}

function isRecord(data: unknown): data is Record<string, unknown> {
  return typeof data === "object" && data !== null && !Array.isArray(data);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(isText);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
