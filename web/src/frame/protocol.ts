/**
 * What the page, the sealed frame and a Worker in it say to one another.
 *
 *     page  --broker port-->  frame (broker)        starts and ends Workers, runs the self-test
 *     page  <--worker port--> Worker (Python)       tasks, their inputs, what they print, what they wrote;
 *                                                   or a console's cells: `console_protocol.ts` has what is said there
 *
 * The page owns both ends' channels: each Worker gets a port of its own, so one application's Worker never sees
 * another's messages. Messages are plain data. The frame runs strangers' code, so the page takes nothing from it
 * unchecked (`sandbox/from_broker.ts`, `volunteer/from_frame.ts`), and the frame takes nothing from anyone but its parent (`frame/from_page.ts`).
 *
 * Types only: the frame may not share a script with the page.
 */

import type { BlockId } from "../wire/messages.ts";

/** Where the runtime's files lie: what the build puts in place of `__RUNTIME__`. */
export interface Runtime {
  base: string;
  pyodide: string;
  wheels: string[];
  /** What a console's Python needs besides. */
  console: string[];
  /** What it needs when somebody first asks for completion. */
  completion: string[];
}

/** What the self-test tries to reach; each of these the page itself can reach. */
export interface ProbeTargets {
  fetch: string;
  socket: string;
  script: string;
}

/** What a Worker runs: tasks of jobs, or the cells of a console. */
export type Program = "tasks" | "console";

export type ToBroker =
  | { do: "probe"; targets: ProbeTargets }
  /** The Worker's own port comes with the message. */
  | { do: "start"; worker: number; program: Program }
  | { do: "end"; worker: number };

export type FromBroker =
  | { is: "ready" }
  /** The doors that were found open; none is what the page wants to hear. */
  | { is: "probed"; escaped: string[]; refused: string[] }
  | { is: "died"; worker: number; reason: string };

/** One segment of a block for a task: the bytes, and what proves them (`executor/piece.py` has the same fields). */
export interface Piece {
  data: Uint8Array;
  /** The hashes of all the block's segments, 16 bytes each. */
  hashes: Uint8Array;
  /** The block's root hash as the coordinator told it; empty: nobody told one. */
  root: Uint8Array;
  block: BlockId;
  /** Which segment of the block `data` is. */
  index: number;
  /** Who sent it; empty: it was in this page's own store. */
  holder: string;
}

export type ToWorker = {
  do: "run";
  /** The coordinator's `Assign`, as it came: Python reads it, so no number in it is bent by JavaScript. */
  assign: Uint8Array;
  /** Code blobs that this Worker does not have yet. */
  code: [hash: string, blob: Uint8Array][];
  /** For each source of the task its pieces: one for a block, one for each map output for a shuffle,
   * none for bytes that stand in the `Assign` itself. */
  inputs: Piece[][];
  /** Broadcasts that this Worker has and that were dropped since its last task. */
  forget: BlockId[];
};

/** One block that a task wrote: its segments one after the other in `data`. */
export interface WrittenBlock {
  data: Uint8Array;
  sizes: number[];
  hashes: Uint8Array;
}

export type FromWorker =
  | { is: "ready"; python: string }
  | { is: "broken"; reason: string }
  | { is: "output"; stream: string; text: string; partition: number; dropped: number }
  /** `message` is a `Finished`; `blocks` are its sinks' in the same order. */
  | { is: "finished"; message: Uint8Array; blocks: WrittenBlock[] }
  /** `message` is a `Failed`. */
  | { is: "failed"; message: Uint8Array }
  /** An input has other bytes than its hash says; `block` as Python writes an id: `a1/map/7/3/0`. */
  | { is: "corrupt"; block: string; reason: string }
  /** Python itself is gone (an abort inside WebAssembly); the Worker is of no further use. */
  | { is: "dead"; reason: string; memory: boolean };
