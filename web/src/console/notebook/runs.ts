import { effect, type ReadonlySignal } from "@preact/signals";
import type { CellEvent, Kernel, KernelState, Outcome, RecordedAction } from "../kernel.ts";
import type { Cell, Run } from "./cell.ts";
import type { Notebook } from "./notebook.ts";
import { withEvent } from "./outputs.ts";
import { textStream } from "./text_stream.ts";

/** What runs need of the page; tests bring their own. */
export interface RunSurroundings {
  now(): number;
  /** Calls back soon: printed pieces are shown together, some twenty times a second. */
  soon(flush: () => void): void;
  /** A run began, ended, or something of it must not get lost. */
  changed(cell: Cell, when: "soon" | "now"): void;
}

interface Waiting {
  cell: Cell;
  /** As it was asked for; what is typed meanwhile runs the next time. */
  source: string;
  before: Run;
}

/**
 * Runs cells, one after the other, and turns what the kernel tells into what the cells show.
 *
 * The law: cells run in the order in which they were asked for. The first that does not end well empties the line:
 * what comes after it was written for its outcome.
 */
export class Runs {
  private readonly line: Waiting[] = [];
  private busy = false;
  /** The cell that the running one has replayed now, and what its mark will say. */
  private replaying: { cell: Cell; again: "recalled" | "replayed" } | null = null;

  constructor(
    private readonly notebook: Notebook,
    private readonly kernel: ReadonlySignal<Kernel | null>,
    private readonly around: RunSurroundings,
  ) {}

  /** Asks for cells, in this order. One that is in line already keeps its place. */
  run(cells: readonly Cell[]): void {
    for (const cell of cells) {
      if (cell.active || cell.source.value.trim() === "") continue;
      this.line.push({ cell, source: cell.source.value, before: cell.run.value });
      cell.run.value = { is: "queued" };
    }
    void this.goOn();
  }

  runAll(): void {
    this.run(this.notebook.cells.value);
  }

  /** Ends what runs, and forgets what is in line. */
  stop(): void {
    this.emptyLine();
    this.kernel.value?.stop();
  }

  /** Begins with a Python that knows nothing; a later page must not bring back what was forgotten here. */
  restart(): void {
    this.emptyLine();
    this.kernel.value?.restart();
    for (const cell of this.notebook.cells.value) {
      if (cell.ran.value === null) continue;
      cell.ran.value = null;
      this.around.changed(cell, "soon");
    }
  }

  private async goOn(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    try {
      for (let next = this.line.shift(); next; next = this.line.shift()) {
        const outcome = await this.runOne(next);
        if (outcome !== "done") this.emptyLine();
      }
    } finally {
      this.busy = false;
    }
  }

  private async runOne({ cell, source, before }: Waiting): Promise<Outcome> {
    const kernel = this.kernel.value;
    if (!kernel) {
      cell.run.value = before;
      return "stopped";
    }
    let begun: number | null = null;
    const begin = () => {
      if (begun !== null) return;
      begun = this.around.now();
      this.endReplay("done");
      cell.run.value = { is: "running", since: begun };
    };
    cell.outputs.value = [];
    cell.jobs.value = [];
    cell.ran.value = { source, order: this.notebook.nextOrder(), actions: [] };
    this.around.changed(cell, "now");
    const outputs = new Outputs(cell, this.around);
    const unwatch = effect(() => {
      if (computes(kernel.state.value, cell.id)) begin();
    });
    let outcome: Outcome = "failed";
    try {
      outcome = await kernel.run({ id: cell.id, source }, (event) => {
        if (event.is === "replaying") return this.replay(event.cell, event.recalled);
        if (event.is === "action") return this.record(this.notebook.byId(event.cell ?? cell.id), event.k, event.action);
        begin();
        outputs.take(event);
      });
    } catch (error) {
      outputs.take({ is: "error", error: { type: "Python", message: String(error), traceback: "" } });
    } finally {
      unwatch();
      outputs.flush();
      this.endReplay(outcome);
    }
    const took = begun === null ? 0 : this.around.now() - begun;
    cell.run.value = { is: outcome, took };
    this.around.changed(cell, "now");
    return outcome;
  }

  private emptyLine(): void {
    for (const { cell, before } of this.line.splice(0)) cell.run.value = before;
  }

  /** A cell of the log is run again, or answered by what is stored. */
  private replay(id: string, recalled: boolean): void {
    const cell = this.notebook.byId(id);
    if (cell !== this.replaying?.cell) this.endReplay("done");
    this.replaying = cell ? { cell, again: recalled ? "recalled" : "replayed" } : null;
    if (!cell) return;
    cell.run.value = { is: "replaying" };
  }

  private record(cell: Cell | undefined, k: number, action: RecordedAction): void {
    if (!cell?.ran.value) return;
    cell.ran.value = { ...cell.ran.value, actions: cell.ran.value.actions.toSpliced(k, 1, action) };
    this.around.changed(cell, "now");
  }

  private endReplay(outcome: Outcome): void {
    const { replaying } = this;
    this.replaying = null;
    if (replaying?.cell.run.value.is !== "replaying") return;
    const { cell, again } = replaying;
    cell.run.value = outcome === "done" ? { is: "done", took: 0, again } : { is: outcome, took: 0 };
  }
}

function computes(state: KernelState, cell: string): boolean {
  return (state.is === "computing" || state.is === "waiting") && state.cell === cell;
}

/** A cell's events on their way to what it shows. Text is gathered for a moment: a loop may print a million times. */
class Outputs {
  private readonly clean = { stdout: textStream(), stderr: textStream() };
  private readonly gathered: CellEvent[] = [];
  private due = false;

  constructor(
    private readonly cell: Cell,
    private readonly around: RunSurroundings,
  ) {}

  take(event: CellEvent): void {
    if (event.is === "job")
      this.cell.jobs.value = [...this.cell.jobs.value, { job: event.job, recalled: event.recalled }];
    if (event.is === "stream") this.gather({ ...event, text: this.clean[event.name](event.text) });
    if (event.is === "display" || event.is === "error") this.gather(event);
  }

  flush(): void {
    this.due = false;
    if (this.gathered.length === 0) return;
    this.cell.outputs.value = this.gathered.splice(0).reduce(withEvent, this.cell.outputs.value);
    this.around.changed(this.cell, "soon");
  }

  private gather(event: CellEvent): void {
    const last = this.gathered.at(-1);
    if (event.is === "stream" && last?.is === "stream" && last.name === event.name) last.text += event.text;
    else this.gathered.push(event);
    if (this.due) return;
    this.due = true;
    this.around.soon(() => this.flush());
  }
}
