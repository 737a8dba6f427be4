import { computed, effect, type Signal, signal, untracked } from "@preact/signals";
import type { DriverLine } from "../kernel.ts";
import { connection, kernel, line } from "../state.ts";
import type { Cell } from "./cell.ts";
import { Notebook } from "./notebook.ts";
import { Progresses } from "./progress.ts";
import { Runs } from "./runs.ts";
import { Saving } from "./saving.ts";
import { unpackCell } from "./stored.ts";

/** Printed pieces are shown so many milliseconds after the first of them. */
const GATHERING = 50;

/** The notebook with all that works on it, as its views see it: cells, runs, the store, the cursor. */
export class Desk {
  readonly notebook = new Notebook();
  readonly progresses = new Progresses(() => performance.now());
  readonly saving: Saving;
  readonly runs: Runs;
  /** Whether the stored notebook has come; before it nothing may be written over it. */
  readonly loaded: Signal<boolean> = signal(false);
  readonly readOnly = computed(() => connection.value.is === "taken-over" || !this.loaded.value);
  /** The cell, and line of it, that the cursor is to go to. */
  readonly focus: Signal<{ cell: string; line?: number } | null> = signal(null);
  private unhear: (() => void)[] = [];
  private readonly watches: (() => void)[];

  /** `nonce` lets the editor's style sheets through. */
  constructor(readonly nonce: string) {
    this.saving = new Saving(this.notebook, (request) => {
      const to = line.peek();
      if (!to || connection.peek().is !== "open" || !this.loaded.peek()) return false;
      to.say({ type: "SaveCells", ...request });
      return true;
    });
    this.runs = new Runs(this.notebook, kernel, {
      now: () => performance.now(),
      soon: (flush) => setTimeout(flush, GATHERING),
      changed: (cell, when) => this.saving.mark(cell, when),
    });
    this.watches = [
      effect(() => this.listen(line.value)),
      effect(() => {
        if (connection.value.is === "gone") this.saving.broken();
      }),
      effect(() => {
        if (this.loaded.value) kernel.value?.remember(untracked(() => this.notebook.log()));
      }),
    ];
  }

  /** Listens no more. */
  end(): void {
    for (const stop of [...this.watches, ...this.unhear.splice(0)]) stop();
    this.saving.end();
  }

  runCell(cell: Cell, goOn: boolean): void {
    if (this.readOnly.value) return;
    this.runs.run([cell]);
    if (goOn) this.focusOn(this.notebook.after(cell) ?? this.notebook.add());
  }

  add(after: Cell | null = null, source = ""): void {
    this.focusOn(this.notebook.add(after, source));
  }

  focusOn(cell: Cell, at?: number): void {
    this.notebook.current.value = cell.id;
    this.focus.value = { cell: cell.id, ...(at !== undefined && { line: at }) };
  }

  /** The cursor goes to the neighbour above or below, if there is one. */
  step(cell: Cell, by: -1 | 1): void {
    const cells = this.notebook.cells.value;
    const next = cells[cells.indexOf(cell) + by];
    if (next) this.focusOn(next);
  }

  /** Other cells in the place of these. */
  open(cells: readonly { source: string; outputs?: Cell["outputs"]["value"] }[]): void {
    const opened = this.notebook.replace(cells.map(({ source }) => source));
    opened.forEach((cell, index) => {
      cell.outputs.value = cells[index]?.outputs ?? [];
    });
  }

  private listen(to: DriverLine | null): void {
    for (const stop of this.unhear.splice(0)) stop();
    if (!to) return;
    this.unhear.push(this.progresses.follow(to));
    this.unhear.push(
      to.hear((message) => {
        if (message.type === "CellsSaved") this.saving.answered(message.request, message.refused ?? "");
        if (message.type !== "Notebook") return;
        if (this.loaded.peek()) return this.saving.resumed(message.cells);
        this.notebook.load(message.cells.map(unpackCell));
        if (message.cells.length === 0) this.notebook.load([this.notebook.add()]);
        this.saving.loaded();
        this.loaded.value = true;
      }),
    );
  }
}
