import type { FromWorker, Piece, WrittenBlock } from "../frame/protocol.ts";
import type { StoredBlock } from "../peer/block_store.ts";
import { blockKey } from "../peer/block_store.ts";
import { readStruct } from "../wire/check.ts";
import type { Assign, BlockId, Failed, FailureKind, Finished, Source } from "../wire/messages.ts";
import type { PythonWorker } from "./workers.ts";

/** One attempt at a task in this tab, from its `Assign` to its end. */
export interface Attempt {
  assign: Assign;
  /** The `Assign` as it came, for Python. */
  bytes: Uint8Array;
  state: "fetching" | "ready" | "running" | "ended";
  /** Complete from "ready" on; in the Worker's hands from "running" on. */
  inputs: Piece[][] | null;
  /** Who sent which block, for the case that Python finds fault with one. */
  pieces: Pick<Piece, "block" | "holder">[];
  cancelFetch: () => void;
  worker: PythonWorker | null;
  timer: ReturnType<typeof setTimeout> | undefined;
  /** When it came, and when all its inputs were here, in ms of `performance.now()`. */
  came: number;
  complete: number;
  /** When Python began, in ms of `performance.now()`. */
  began: number;
  printed: number;
}

/** How many bytes a task reads, and how many of them came from others: peers, or the web. */
export function weigh(sources: readonly Source[], inputs: readonly Piece[][]): { read: number; fetched: number } {
  let [read, fetched] = [0, 0];
  for (const [at, pieces] of inputs.entries())
    for (const { data, holder } of pieces) {
      read += data.length;
      if (holder || sources[at]?.type === "url") fetched += data.length;
    }
  return { read, fetched };
}

/** `"7.0"`: the task and which attempt at it. */
export function attemptKey(task: number, attempt: number): string {
  return `${task}.${attempt}`;
}

/**
 * What a Worker says it wrote, held to what its task should write: this very attempt, its own sinks, sizes that agree.
 * Throws where they part. (Whether the values are right nobody can see here.)
 */
export function readFinished(
  message: Extract<FromWorker, { is: "finished" }>,
  attempt: Attempt,
): { finished: Finished; blocks: StoredBlock[] } {
  const { spec } = attempt.assign;
  const finished = readStruct<Finished>("Finished", message.message);
  if (finished.task !== spec.task || finished.attempt !== spec.attempt) throw new Error("it reported another task");
  if (finished.sinks.length !== message.blocks.length) throw new Error("it reported blocks that it did not hand over");
  const due = new Set(spec.sinks.map(({ block }) => blockKey(block)));
  const blocks = finished.sinks.map((sink, index) => {
    const block = message.blocks[index] as WrittenBlock;
    if (!due.delete(blockKey(sink.block)))
      throw new Error(`it wrote ${blockKey(sink.block)}, which is not its to write`);
    if (sink.size !== block.data.length || (sink.segments ?? 1) !== block.sizes.length)
      throw new Error(`the size of ${blockKey(sink.block)} is not what it reported`);
    return { id: sink.block, ...block, root: sink.root };
  });
  return { finished, blocks };
}

/** The Worker's own word for a failure, held to this very attempt. */
export function readFailed(message: Uint8Array, attempt: Attempt): Failed {
  const { spec } = attempt.assign;
  const failed = readStruct<Failed>("Failed", message);
  if (failed.task !== spec.task || failed.attempt !== spec.attempt) throw new Error("it reported another task");
  return failed;
}

/** A failure that the page sees and Python could not tell: of the partition `block`, else of the task's last step. */
export function failure(attempt: Attempt, kind: FailureKind, message: string, block: BlockId | null = null): Failed {
  const { task, attempt: number, steps } = attempt.assign.spec;
  const [node, partition] = (block?.slice(2, 4) as [number, number] | undefined) ?? steps.at(-1) ?? [null, null];
  return { type: "Failed", task, attempt: number, failure: { kind, message, node, partition } };
}
