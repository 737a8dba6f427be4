import { type ReadonlySignal, type Signal, signal } from "@preact/signals";

/**
 * Things known by an id, each behind a signal of its own.
 *
 * The law: a change to one thing wakes nobody but those who read that thing. `ids` changes only when something comes or
 * goes, so a list of 200 rows of which 20 changed draws 20 rows and compares no other.
 *
 *     const rows = new Rows<string, { done: number }>();
 *     rows.put("a", { done: 1 });
 *     rows.ids.value;             // ["a"]
 *     rows.row("a")?.value.done;  // 1
 */
export class Rows<Id, Thing> {
  readonly #rows = new Map<Id, Signal<Thing>>();
  readonly #ids = signal<readonly Id[]>([]);
  /** After `begin`: those that were not put again. */
  #stale: Set<Id> | null = null;
  #dirty = false;

  /** In the order in which they came. */
  get ids(): ReadonlySignal<readonly Id[]> {
    return this.#ids;
  }

  get size(): number {
    return this.#rows.size;
  }

  put(id: Id, thing: Thing): void {
    const row = this.#rows.get(id);
    this.#stale?.delete(id);
    if (row) {
      row.value = thing;
      return;
    }
    this.#rows.set(id, signal(thing));
    this.#dirty = true;
  }

  drop(id: Id): void {
    this.#stale?.delete(id);
    if (this.#rows.delete(id)) this.#dirty = true;
  }

  /** All is told anew from now on: what is not put again until `sweep` is no more. */
  begin(): void {
    this.#stale = new Set(this.#rows.keys());
  }

  /** Drops what was not put since `begin`, and gives its ids. */
  sweep(): Id[] {
    const gone = [...(this.#stale ?? [])];
    this.#stale = null;
    for (const id of gone) this.drop(id);
    return gone;
  }

  clear(): void {
    if (this.#rows.size > 0) this.#dirty = true;
    this.#rows.clear();
    this.#stale = null;
  }

  /** Tells who reads `ids`, once for all that came and went since the last time. */
  settle(): void {
    if (!this.#dirty) return;
    this.#dirty = false;
    this.#ids.value = [...this.#rows.keys()];
  }

  row(id: Id): ReadonlySignal<Thing> | undefined {
    return this.#rows.get(id);
  }

  /** What an id stands for now, without following it. */
  now(id: Id): Thing | undefined {
    return this.#rows.get(id)?.peek();
  }

  /** All of them as they are now, without following them. */
  *all(): IterableIterator<Thing> {
    for (const row of this.#rows.values()) yield row.peek();
  }
}
