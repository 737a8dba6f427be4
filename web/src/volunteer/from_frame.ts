import type { FromWorker, WrittenBlock } from "../frame/protocol.ts";
import { isBytes, isCount, isRecord, isText, short } from "../sandbox/shapes.ts";
import { HASH_SIZE } from "../wire/frames.ts";

/**
 * Reads what a Worker of the sealed frame says. A stranger's code runs there and may send anything: what does not have
 * the shape of the protocol is null, and the page ends the Worker that sent it.
 */
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
      return isBytes(data.message) ? { is, message: data.message } : null;
    case "finished":
      return isBytes(data.message) && Array.isArray(data.blocks) && data.blocks.every(isBlock)
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
    isBytes(block.data) &&
    isBytes(block.hashes) &&
    Array.isArray(block.sizes) &&
    block.sizes.every(isCount) &&
    block.hashes.length === HASH_SIZE * block.sizes.length &&
    block.sizes.reduce((sum, size) => sum + size, 0) === block.data.length
  );
}
