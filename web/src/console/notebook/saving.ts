import { effect, type Signal, signal } from "@preact/signals";
import type { Cell } from "./cell.ts";
import type { Notebook } from "./notebook.ts";
import { packCell, type StoredCell } from "./stored.ts";

export type SaveState =
  | { is: "saved" }
  | { is: "unsaved" }
  /** The coordinator would not keep it; it is here, and is tried again with the next change. */
  | { is: "refused"; reason: string };

/** `SaveCells` as the wire has it. */
export interface SaveRequest {
  request: number;
  cells: StoredCell[];
  order: string[];
}

/** Milliseconds until a change is saved: of a text as soon as one pauses, of outputs that stream less often. */
const AFTER_TYPING = 500;
const AFTER_OUTPUT = 2000;
/** Bytes of cells in one message, of which the wire allows 32 MiB: what was opened from a file may be more. */
const BATCH = 8 * 2 ** 20;

/**
 * Keeps the coordinator's copy of the notebook like this one.
 *
 * The law: a change counts as unsaved until the coordinator has said of that very change that it is kept. What it
 * refuses, and what was on its way when the session broke, is sent again.
 */
export class Saving {
  readonly state: Signal<SaveState> = signal({ is: "saved" });
  private readonly changed = new Set<Cell>();
  private arranged = false;
  /** Texts as they were sent or came last, by cell. */
  private known = new Map<Cell, string>();
  private knownOrder: readonly Cell[] = [];
  private underway: { request: number; cells: readonly Cell[]; arranged: boolean } | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private due = Number.POSITIVE_INFINITY;
  private requests = 0;
  /** Cells that the coordinator knows. */
  private stored = new Set<Cell>();
  private readonly unwatch: () => void;

  /** `send` gives back whether there is a session to send by. */
  constructor(
    private readonly notebook: Notebook,
    private readonly send: (request: SaveRequest) => boolean,
  ) {
    this.unwatch = effect(() => this.compare());
  }

  /** The notebook is now as the coordinator has it. */
  loaded(): void {
    clearTimeout(this.timer);
    this.due = Number.POSITIVE_INFINITY;
    this.changed.clear();
    this.arranged = false;
    this.known = new Map(this.notebook.cells.value.map((cell) => [cell, cell.source.value]));
    this.knownOrder = this.notebook.cells.value;
    this.stored = new Set(this.knownOrder);
    this.state.value = { is: "saved" };
  }

  /** A cell's outputs, run or actions are other ones. */
  mark(cell: Cell, when: "soon" | "now"): void {
    this.changed.add(cell);
    this.settle();
    if (when === "now") this.flush();
    else this.plan(AFTER_OUTPUT);
  }

  /** Sends what changed, if anything did and nothing is on its way. */
  flush(): void {
    clearTimeout(this.timer);
    this.due = Number.POSITIVE_INFINITY;
    if (this.underway || (this.changed.size === 0 && !this.arranged)) return;
    const order = this.notebook.cells.value;
    const cells = order.filter((cell) => this.changed.has(cell));
    const batch = this.batchOf(cells);
    const sent = cells.slice(0, batch.length);
    const isAll = sent.length === cells.length;
    const underway = { request: ++this.requests, cells: sent, arranged: this.arranged };
    this.underway = underway;
    for (const cell of isAll ? [...this.changed] : sent) this.changed.delete(cell);
    this.arranged = !isAll; // the order names all cells in the last batch only
    const known = order.filter((cell) => isAll || this.stored.has(cell) || sent.includes(cell));
    const request = { request: underway.request, cells: batch, order: known.map(({ id }) => id) };
    if (!this.send(request)) this.broken();
  }

  /** The first of these cells, packed: as many as one message may carry, and one at least. */
  private batchOf(cells: readonly Cell[]): StoredCell[] {
    const batch: StoredCell[] = [];
    let bytes = 0;
    for (const cell of cells) {
      const packed = packCell(cell);
      bytes += packed.source.length + (packed.outputs?.length ?? 0) + (packed.actions?.length ?? 0);
      if (batch.length > 0 && bytes > BATCH) break;
      batch.push(packed);
    }
    return batch;
  }

  /** The coordinator's answer; `refused` says why it kept nothing, or is empty. */
  answered(request: number, refused: string): void {
    const { underway } = this;
    if (underway?.request !== request) return;
    this.underway = null;
    if (refused) {
      this.takeBack(underway);
      this.state.value = { is: "refused", reason: refused };
      return;
    }
    for (const cell of underway.cells) this.stored.add(cell);
    this.state.value = { is: "saved" };
    this.settle();
    if (this.changed.size > 0 || this.arranged) this.plan(AFTER_TYPING);
  }

  /** The session broke: what was on its way may not have come. */
  broken(): void {
    if (!this.underway) return;
    this.takeBack(this.underway);
    this.underway = null;
    this.settle();
  }

  /** A session is open again, and this is what the coordinator has. */
  resumed(stored: readonly StoredCell[]): void {
    this.broken();
    const sources = new Map(stored.map(({ id, source }) => [id, source]));
    this.stored = new Set(this.notebook.cells.value.filter(({ id }) => sources.has(id)));
    for (const cell of this.notebook.cells.value)
      if (sources.get(cell.id) !== cell.source.value) this.changed.add(cell);
    const order = this.notebook.cells.value.map(({ id }) => id).join("\n");
    if (order !== stored.map(({ id }) => id).join("\n")) this.arranged = true;
    this.settle();
    this.flush();
  }

  end(): void {
    clearTimeout(this.timer);
    this.unwatch();
  }

  /** Finds which texts, and whether the order, are other ones than they were. */
  private compare(): void {
    const cells = this.notebook.cells.value;
    let found = cells !== this.knownOrder;
    this.arranged ||= found;
    for (const cell of cells) {
      if (this.known.get(cell) === cell.source.value) continue;
      this.changed.add(cell);
      found = true;
    }
    if (!found) return;
    // A cell that is not in the order any more is forgotten there: if undo brings it back, it is sent whole.
    if (cells !== this.knownOrder) this.stored = new Set(cells.filter((cell) => this.stored.has(cell)));
    this.known = new Map(cells.map((cell) => [cell, cell.source.value]));
    this.knownOrder = cells;
    this.settle();
    this.plan(AFTER_TYPING);
  }

  private takeBack({ cells, arranged }: { cells: readonly Cell[]; arranged: boolean }): void {
    for (const cell of cells) this.changed.add(cell);
    this.arranged ||= arranged;
  }

  private settle(): void {
    if ((this.changed.size > 0 || this.arranged || this.underway) && this.state.peek().is === "saved")
      this.state.value = { is: "unsaved" };
  }

  private plan(wait: number): void {
    const due = performance.now() + wait;
    if (due >= this.due) return;
    clearTimeout(this.timer);
    this.due = due;
    this.timer = setTimeout(() => this.flush(), wait);
  }
}
