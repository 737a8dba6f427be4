import { type Signal, signal } from "@preact/signals";
import type { RecordedAction } from "../kernel.ts";
import type { Output } from "./outputs.ts";

/** Where a cell's run stands. Times are milliseconds of the page's clock, `took` is how long it was. */
export type Run =
  | { is: "never" }
  | { is: "queued" }
  | { is: "running"; since: number }
  /** Was running when the page was closed; its jobs went on. The next run joins them. */
  | { is: "left" }
  /** Run once more, unseen, to have its variables again. */
  | { is: "replaying" }
  | { is: "done"; took: number; again?: Again }
  | { is: "failed"; took: number }
  | { is: "stopped"; took: number };

/** How a replay got a cell's answers: all of them from stored results, or by computing. */
export type Again = "recalled" | "replayed";

/** One cell as the page knows it. Its id never changes; it is the number that tracebacks call the cell by. */
export class Cell {
  readonly source: Signal<string>;
  readonly outputs: Signal<readonly Output[]> = signal([]);
  readonly run: Signal<Run> = signal({ is: "never" });
  /** Jobs of the last run, oldest first. */
  readonly jobs: Signal<readonly { job: string; recalled: boolean }[]> = signal([]);
  /** What its last run asked the swarm for, and what it was when it ran; null before the first run. */
  readonly ran: Signal<Ran | null> = signal(null);

  constructor(
    readonly id: string,
    source: string,
  ) {
    this.source = signal(source);
  }

  /** Whether it was edited since it ran. */
  get edited(): boolean {
    return this.ran.value !== null && this.ran.value.source !== this.source.value;
  }

  get active(): boolean {
    const { is } = this.run.value;
    return is === "queued" || is === "running" || is === "replaying";
  }
}

export interface Ran {
  source: string;
  /** Grows with each run in the notebook: the order of the cell log. */
  order: number;
  actions: readonly RecordedAction[];
}
