import type { CellSource, LoggedCell, RecordedAction } from "../kernel.ts";

/** What is recorded of a cell's last run: what a replay needs to come to the same plans, and their answers. */
export interface Recorded {
  actions: readonly RecordedAction[];
  /** 0: nobody asked for it. */
  parallelism: number;
}

interface Entry extends CellSource, Recorded {
  actions: RecordedAction[];
  /** The Python that ran it last: its variables are there and nowhere else. 0: one of an earlier page. */
  life: number;
}

/**
 * The cells that ran, in the order of their last runs, with their actions: what brings the variables back in a new
 * Python.
 *
 * The law: a cell is replayed as it ran, and at most once in each Python's life. One that was stopped, or that took its
 * Python with it, is not replayed: it would have to be stopped again.
 */
export class CellLog {
  private entries: Entry[] = [];
  /** Cells that a person ran on this page; what they get then is computed, and not recalled. */
  private readonly ranHere = new Set<string>();

  /** The log of an earlier page. */
  remember(cells: readonly LoggedCell[]): void {
    this.entries = cells.map(({ id, source, actions }) => {
      const parallelism = actions.find((action) => action.parallelism)?.parallelism ?? 0;
      return { id, source, actions: [...actions], parallelism, life: 0 };
    });
    this.ranHere.clear();
  }

  forget(): void {
    this.entries = [];
    this.ranHere.clear();
  }

  /** What has to be replayed next in this life before that cell runs; undefined: nothing. */
  next(life: number, before: CellSource): (CellSource & Recorded) | undefined {
    const entry = this.entries.find((entry) => entry.life !== life);
    // The last cell of the log, unchanged, need not run twice.
    const isItself = entry?.id === before.id && entry.source === before.source;
    return isItself && entry === this.entries.at(-1) ? undefined : entry;
  }

  /** A logged cell is replayed. */
  replayed({ id }: CellSource, life: number): void {
    const entry = this.find(id);
    if (entry) entry.life = life;
  }

  /**
   * A person has a cell run: it is the last of the log from now on. Gives back what may answer it: the record of an
   * earlier page, the first time. Who runs a cell again means to have it computed again.
   */
  begin({ id, source }: CellSource, life: number): Recorded {
    const known = this.ranHere.has(id) ? undefined : this.find(id);
    const { actions = [], parallelism = 0 } = known ?? {};
    this.drop(id);
    this.entries.push({ id, source, actions: [...actions], parallelism, life });
    return { actions: [...actions], parallelism };
  }

  /** Its run is over, and not because its Python was lost to something else: the next one is computed. */
  ended(id: string, parallelism = 0): void {
    this.ranHere.add(id);
    const entry = this.find(id);
    if (entry && parallelism) entry.parallelism = parallelism;
  }

  /** The k-th action of a cell's run. */
  record(id: string, k: number, action: RecordedAction): void {
    const entry = this.find(id);
    if (entry && k <= entry.actions.length) entry.actions.splice(k, 1, action);
  }

  /** It will not be replayed. */
  drop(id: string): void {
    this.entries = this.entries.filter((entry) => entry.id !== id);
  }

  private find(id: string): Entry | undefined {
    return this.entries.find((entry) => entry.id === id);
  }
}
