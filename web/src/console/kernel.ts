import type { ReadonlySignal } from "@preact/signals";
import type { FromDriver, ToDriver } from "../wire/messages.ts";

/**
 * What the notebook needs of whatever runs its cells: Python in a Worker of the sealed frame, with the driver's
 * connections in this page.
 *
 * The law: a cell's events come in order, and after its `Outcome` none comes any more. Everything that a cell, a task or
 * a volunteer said is text or plain data here; nobody makes markup of it.
 */
export interface Kernel {
  readonly state: ReadonlySignal<KernelState>;
  /** Jobs that the running cell waits for. */
  readonly waitingFor: ReadonlySignal<readonly string[]>;

  /**
   * The cell log of earlier sessions: cells as they ran, in the order in which they did. Told once, before the first
   * run, and replayed by it; what runs later the kernel adds to the log itself.
   */
  remember(log: readonly LoggedCell[]): void;
  /**
   * Runs a cell after those that were asked for before it. Where the variables of earlier cells are gone (the page was
   * opened anew, or the Worker was ended), the cell log is replayed first, told by `replaying` events.
   */
  run(cell: CellSource, events: (event: CellEvent) => void): Promise<Outcome>;
  /** Ends the running cell: a KeyboardInterrupt where it waits, else the end of its Worker; those in line are dropped. */
  stop(): void;
  /** Forgets all variables; the next run replays nothing. */
  restart(): void;
  /** What may stand at the cursor. Answers with nothing while a cell computes. */
  complete(source: string, cursor: number): Promise<Completion[]>;
  /** Files that cells may read by their names. */
  readonly files: ReadonlySignal<readonly DroppedFile[]>;
  addFiles(files: readonly File[]): void;
  removeFile(name: string): void;
}

/** `taken-over`: another console was opened on this link. `gone`: the coordinator is out of reach for now. */
export type KernelState =
  | { is: "off" }
  | { is: "starting" }
  | { is: "idle" }
  | { is: "computing"; cell: string }
  | { is: "waiting"; cell: string }
  | { is: "gone" }
  | { is: "taken-over" }
  | { is: "broken"; reason: string };

export interface CellSource {
  id: string;
  source: string;
}

/** A cell as it last ran: its source of then, and its actions in order, which answer the replay where they can. */
export interface LoggedCell extends CellSource {
  actions: readonly RecordedAction[];
}

/** `plan` is the hash of the action's plan; `job` the one that answered it. */
export interface RecordedAction {
  plan: string;
  job: string;
  /** How many partitions RDDs had by default while the cell ran: a replay has as many, whoever is there by then. */
  parallelism?: number;
}

export interface DroppedFile {
  name: string;
  size: number;
}

export type CellEvent =
  | { is: "replaying"; cell: string; recalled: boolean }
  | { is: "stream"; name: "stdout" | "stderr"; text: string }
  /** Something to show; the same `id` again replaces what it showed. */
  | { is: "display"; id: string; data: Shown }
  | { is: "job"; job: string; recalled: boolean }
  /** The k-th action (from 0) of the cell, or of `cell` where that one is replayed and came to another job than it had.
   * The notebook keeps it with the cell, for `remember` in a later session. */
  | { is: "action"; k: number; action: RecordedAction; cell?: string }
  | { is: "error"; error: CellError };

/** By media type, as in Jupyter: `text/plain` always; the richest that is known here is shown. */
export interface Shown {
  "text/plain": string;
  "application/vnd.tabswarm.table+json"?: Table;
  "application/vnd.tabswarm.plot+json"?: PlotData;
  "application/vnd.tabswarm.file+json"?: SavedFile;
  "image/png"?: string;
  "application/json"?: unknown;
}

/** Rows of plain values: null, booleans, numbers and texts (others as Python's repr). */
export interface Table {
  columns: string[];
  rows: (null | boolean | number | string)[][];
  /** Whether the RDD has more rows than these. */
  more: boolean;
  /** While it grows. */
  growing: boolean;
}

/**
 * line, bar, scatter: point i is (x[i], y[i]). hist: y[i] records lie between x[i] and x[i + 1], so there is one border
 * more than there are counts. image: `values` row by row, the top one first; x and y are empty.
 */
export interface PlotData {
  kind: "line" | "bar" | "scatter" | "hist" | "image";
  x: (number | string)[];
  y: number[];
  /** Of a point's or line's series, where there is more than one. */
  series?: string[];
  /** Of an image: null where no value has come yet. */
  values?: (number | null)[];
  /** Of an image: values in a row. */
  width?: number;
  title: string;
  xLabel: string;
  yLabel: string;
  growing: boolean;
}

/** A download that the cell asked for; `data` in base64. */
export interface SavedFile {
  name: string;
  type: string;
  data: string;
}

export interface CellError {
  type: string;
  message: string;
  /** The traceback as text, from the cell's line on. */
  traceback: string;
  /** Line of a cell where it happened, from 1; of another cell where `cell` says so. */
  line?: number;
  cell?: string;
  /** Of a failing task. */
  partition?: number;
  volunteer?: string;
}

export type Outcome = "done" | "failed" | "stopped";

export interface Completion {
  label: string;
  kind: "function" | "class" | "variable" | "keyword" | "module" | "property";
  detail: string;
  /** The docstring, as plain text. */
  info: string;
}

/** The control session as views use it beside the kernel. */
export interface DriverLine {
  say(message: FromDriver): void;
  /** Every message that comes; gives back how to listen no more. */
  hear(listener: (message: ToDriver) => void): () => void;
}
