import { computed, type Signal, signal } from "@preact/signals";
import type { LoggedCell } from "../kernel.ts";
import { Cell } from "./cell.ts";

/** Steps back that are kept. */
const STEPS = 100;

/**
 * The cells in their order, and what a person does to them.
 *
 * A cell that was deleted lives on in the steps back, with its text and outputs: undo brings back the cell itself.
 */
export class Notebook {
  readonly cells: Signal<readonly Cell[]> = signal([]);
  /** The id of the cell that the cursor is in, or was. */
  readonly current: Signal<string> = signal("");
  private readonly before: Signal<readonly (readonly Cell[])[]> = signal([]);
  readonly canUndo = computed(() => this.before.value.length > 0);
  /** No cell, or none with a text: opening something replaces nothing. */
  readonly isEmpty = computed(() => this.cells.value.every(({ source }) => source.value.trim() === ""));
  private lastId = 0;

  /** Takes cells as they were stored: nothing to undo. */
  load(cells: readonly Cell[]): void {
    // Later ids are above all of these: an id is never used twice, for it names the cell in tracebacks and in the store.
    for (const { id } of cells) if (/^\d{1,9}$/.test(id)) this.lastId = Math.max(this.lastId, Number(id));
    this.before.value = [];
    this.cells.value = cells;
    this.current.value = cells[0]?.id ?? "";
  }

  /** Puts new cells with these texts in the place of all that are there. */
  replace(sources: readonly string[]): readonly Cell[] {
    const cells = sources.map((source) => new Cell(this.newId(), source));
    this.arrange(cells);
    this.current.value = cells[0]?.id ?? "";
    return cells;
  }

  /** A new cell after that one, or at the end. */
  add(after: Cell | null = null, source = ""): Cell {
    const cell = new Cell(this.newId(), source);
    const index = after ? this.cells.value.indexOf(after) + 1 : this.cells.value.length;
    this.arrange(this.cells.value.toSpliced(index, 0, cell));
    this.current.value = cell.id;
    return cell;
  }

  remove(cell: Cell): void {
    const index = this.cells.value.indexOf(cell);
    if (index < 0) return;
    this.arrange(this.cells.value.toSpliced(index, 1));
    if (this.current.value === cell.id)
      this.current.value = (this.cells.value[index] ?? this.cells.value.at(-1))?.id ?? "";
  }

  /** Moves a cell by so many places, as far as there are some. */
  move(cell: Cell, by: number): void {
    const from = this.cells.value.indexOf(cell);
    const to = Math.min(Math.max(from + by, 0), this.cells.value.length - 1);
    if (from < 0 || to === from) return;
    this.arrange(this.cells.value.toSpliced(from, 1).toSpliced(to, 0, cell));
  }

  /** Takes back the last adding, deleting, moving or replacing of cells. */
  undo(): void {
    const steps = this.before.value;
    const last = steps.at(-1);
    if (!last) return;
    this.before.value = steps.slice(0, -1);
    this.cells.value = last;
  }

  byId(id: string): Cell | undefined {
    return this.cells.value.find((cell) => cell.id === id);
  }

  after(cell: Cell): Cell | undefined {
    return this.cells.value[this.cells.value.indexOf(cell) + 1];
  }

  /** The cell log: what ran, as it ran, in the order in which it did. What was stopped is not to be replayed. */
  log(): LoggedCell[] {
    return this.cells.value
      .flatMap(({ id, ran, run }) => (ran.value && run.value.is !== "stopped" ? [{ id, ...ran.value }] : []))
      .sort((one, other) => one.order - other.order)
      .map(({ id, source, actions }) => ({ id, source, actions }));
  }

  /** The place in the log of a run that begins now. */
  nextOrder(): number {
    return 1 + Math.max(0, ...this.cells.value.map(({ ran }) => ran.value?.order ?? 0));
  }

  private arrange(cells: readonly Cell[]): void {
    this.before.value = [...this.before.value, this.cells.value].slice(-STEPS);
    this.cells.value = cells;
  }

  private newId(): string {
    this.lastId += 1;
    return String(this.lastId);
  }
}
