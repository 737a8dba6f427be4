/**
 * What the page and the console's Worker say to one another, over the Worker's own port.
 *
 *     page  --what the coordinator said, blocks, cells-->  Worker (the console's Python)
 *     page  <--what to tell the coordinator, events of cells--  Worker
 *
 * The page does all I/O: the control session (it takes that up again after a break), the relay, the data channels, and
 * the store whence blocks are served while Python computes. Messages of the protocol travel here packed as on the wire,
 * so that no number in them is bent by JavaScript. A cell's code is the user's own, yet it runs in the sealed frame: the
 * page takes nothing from it unchecked.
 *
 * The order of a life:
 *
 *     Worker: ready | broken
 *     page:   open, then the Volunteers and whatever else the coordinator says as `message`
 *     page:   run -> Worker: events ..., done; one cell at a time
 *
 * Types only: the frame may not share a script with the page.
 */

import type { CellEvent, Completion, Outcome } from "../console/kernel.ts";
import type { BlockId } from "../wire/messages.ts";

/** What the page says to the console's Python. */
export type ToConsole =
  /** Once, before anything else: the coordinator's `Welcome`, and the first number that no node (broadcast, shuffle) of
   * the application ever had, nor any `Submit.request`: a request that was there before names its old job. */
  | { do: "open"; welcome: Uint8Array; firstNode: number }
  /** A message of the coordinator to its driver, packed as it came; the page's own (Pass, Holders, Signal, Ping ...)
   * need not come. */
  | { do: "message"; message: Uint8Array }
  /** The control session was taken up again after a break: Python says again what is still open (the page must have
   * handed on, once only, whatever was said before). */
  | { do: "again" }
  /** The control session is over for good; jobs that run end with this. `code` is the number it was closed with. */
  | { do: "lost"; code: number; reason: string }
  /** Runs a cell. `name` is what tracebacks and call sites call it ("cell 3"); it is the same each time, because it
   * travels with the cell's functions. Where it is replayed, `actions` and `parallelism` are those of its last run; else
   * none, and 0. */
  | { do: "run"; cell: string; name: string; source: string; actions: RecordedAction[]; parallelism: number }
  /** A KeyboardInterrupt for the running cell. Answered by `interrupting` as soon as the Worker hears it, which it does
   * while the cell waits; a loop that never waits hears nothing, and only the Worker's end ends it. */
  | { do: "interrupt" }
  /** `cursor` counts UTF-16 units from the start of `source`. */
  | { do: "complete"; id: number; source: string; cursor: number }
  /** Answers a `fetch`: what came, in the order of what was asked for, and why the rest did not. */
  | { do: "fetched"; id: number; blocks: FetchedBlock[]; failure: FetchFailure | null }
  /** The files that cells may read by their names: all of them, each time. */
  | { do: "files"; files: File[] };

/** What the console's Python says to the page. */
export type FromConsole =
  | { is: "ready"; python: string }
  | { is: "broken"; reason: string }
  /** Python itself is gone (an abort inside WebAssembly); the Worker is of no further use. */
  | { is: "dead"; reason: string; memory: boolean }
  /** A message of the driver to the coordinator, packed. */
  | { is: "say"; message: Uint8Array }
  /** Blocks wanted from a peer, which has to be met already (`Holders` tells how). */
  | { is: "fetch"; id: number; holder: string; orders: FetchOrder[] }
  /** A block of the driver's own, of one segment, for the page's store. Told before the `say` that makes it known. */
  | { is: "provide"; block: BlockId; data: Uint8Array; hashes: Uint8Array }
  /** No handle to these nodes is left: what was provided for them may go. */
  | { is: "release"; nodes: number[] }
  /** Something that a running cell did. */
  | { is: "event"; cell: string; event: CellEvent }
  /** The cell's k-th action, from 0: by which plan, and in which job; for the cell's record. `recalled`: it was
   * recorded, and its job is watched instead of running anew. `parallelism` as in `done`: a cell whose page goes away in
   * the middle has no other record of it. */
  | { is: "action"; cell: string; k: number; hash: string; job: string; recalled: boolean; parallelism?: number }
  /** The running cell waits for these jobs (none: for something else, say `await asyncio.sleep(1)`), so that it hears an
   * interrupt. */
  | { is: "waiting"; cell: string; jobs: string[] }
  /** It computes again. */
  | { is: "computing"; cell: string }
  | { is: "interrupting" }
  | { is: "completions"; id: number; completions: Completion[] }
  /** The cell's end: nothing comes of it any more. `parallelism` is how many partitions its RDDs had by default, to be
   * kept with its actions: the same plan has the same, however many volunteers are there by then. */
  | { is: "done"; cell: string; outcome: Outcome; parallelism: number };

/** An action of a cell's last run: `hash` names its plan wherever its nodes are numbered from. */
export interface RecordedAction {
  hash: string;
  job: string;
}

/** A whole block, of one segment; a holder that says more than `size` bytes is cut off. */
export interface FetchOrder {
  block: BlockId;
  size: number;
}

export interface FetchedBlock {
  data: Uint8Array;
  /** 16 bytes of blake2b for each segment, as the holder says; Python checks them. */
  hashes: Uint8Array;
  /** No relay carried it. */
  direct: boolean;
}

/** Why a fetch ended early. `code` is the holder's word (`unavailable`, `not_allowed`) or empty; `corrupt`: the holder
 * broke the protocol; `lost`: no way to it held. */
export interface FetchFailure {
  code: string;
  reason: string;
  corrupt: boolean;
  lost: boolean;
}
