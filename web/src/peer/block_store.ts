import type { BlockId } from "../wire/messages.ts";
import { Passes } from "./passes.ts";
import type { Spill } from "./spill.ts";

/** A block's bytes, segment after segment, with what proves them to a receiver. */
export interface StoredBlock {
  id: BlockId;
  data: Uint8Array;
  /** Bytes of each segment, in order; they add up to `data`. */
  sizes: number[];
  /** 16 bytes of blake2b for each segment. */
  hashes: Uint8Array;
  /** The hash over `hashes`, as whoever wrote the block reported it (a page cannot make it). */
  root?: Uint8Array;
}

/** What is known of a block without its bytes. */
export type BlockIndex = Readonly<Omit<StoredBlock, "data">>;

interface Entry extends Omit<StoredBlock, "data"> {
  key: string;
  size: number;
  offsets: number[];
  /** Null once the block lies in `spilled`. */
  data: Uint8Array | null;
  spilled: { name: string; blob: Blob } | null;
}

/** What a store may use; without `openSpill` all stays in memory. */
export interface StoreSurroundings {
  /** Opens the place for what is past the budget; null where the browser has none. Called once, when it is needed. */
  openSpill?: () => Promise<Spill | null>;
  /** Blocks that were here and are no more, though nobody dropped them. */
  lost?: (blocks: BlockId[]) => void;
  /** Blocks moved between memory and disk, or cannot. */
  changed?: () => void;
}

/**
 * The blocks of this volunteer. They live in the page, outside Python's heap, so they can be served while Python
 * computes, and outlive a Worker that dies.
 *
 * Past the budget those that were not used for longest move to disk, and are read from there. Until a block is written
 * its bytes stay in memory, as they do when it cannot be written. Where that goes on, twice the budget is the end.
 */
export class BlockStore {
  /** Who may have which of them; kept for as long as they are. */
  readonly passes = new Passes();
  private readonly entries = new Map<string, Entry>();
  /** Those in memory, the one that was not used for longest first. */
  private readonly warm = new Map<string, Entry>();
  private total = 0;
  private warmBytes = 0;
  private spill: Spill | null = null;
  private names = 0;
  private spilling: Promise<void> | null = null;
  /** Nothing can be written, as far as the last try showed. */
  private stuck: boolean;
  private ended = false;

  /** @param memory bytes that blocks may take in memory */
  constructor(
    private memory: number,
    private readonly around: StoreSurroundings = {},
  ) {
    this.stuck = !around.openSpill;
  }

  /** Bytes that blocks may take in memory. */
  get budget(): number {
    return this.memory;
  }

  /** Another budget: what is past it moves to disk. */
  resize(memory: number): void {
    this.memory = memory;
    this.shrink();
  }

  /** Bytes of all blocks, wherever they are. */
  get bytes(): number {
    return this.total;
  }

  get bytesOnDisk(): number {
    return this.total - this.warmBytes;
  }

  get count(): number {
    return this.entries.size;
  }

  /** Whether there is more than the budget and no place to put it. */
  get isFull(): boolean {
    return this.stuck && this.warmBytes > this.budget;
  }

  /** All blocks, to say what is still here when a session is taken up again. */
  held(): [id: BlockId, size: number, root: Uint8Array][] {
    return [...this.entries.values()].flatMap(({ id, size, root }) => (root ? [[id, size, root]] : []));
  }

  has(id: BlockId): boolean {
    return this.entries.has(blockKey(id));
  }

  get(id: BlockId): BlockIndex | undefined {
    return this.entries.get(blockKey(id));
  }

  /**
   * Stores blocks, all or none; an equal id replaces the older block. False where nothing can be written, memory would
   * hold more than twice the budget, and giving up partitions would not help.
   */
  put(blocks: readonly StoredBlock[]): boolean {
    const added = blocks.reduce((sum, { data }) => sum + data.length, 0);
    const freed = blocks.reduce((sum, { id }) => sum + (this.warm.get(blockKey(id))?.size ?? 0), 0);
    const excess = this.warmBytes - freed + added - 2 * this.budget;
    if (this.stuck && excess > 0 && !this.giveUp(excess, new Set(blocks.map(({ id }) => blockKey(id))))) return false;
    for (const block of blocks) {
      this.drop(block.id);
      const key = blockKey(block.id);
      const entry: Entry = { ...block, key, size: block.data.length, offsets: offsetsOf(block.sizes), spilled: null };
      this.entries.set(key, entry);
      this.warm.set(key, entry);
      this.total += entry.size;
      this.warmBytes += entry.size;
    }
    this.shrink();
    return true;
  }

  /** One segment's bytes, as a view, where they are in memory; undefined where not. */
  segment(id: BlockId, index: number): Uint8Array | undefined {
    const entry = this.warm.get(blockKey(id));
    const start = entry?.offsets[index];
    const size = entry?.sizes[index];
    if (!entry?.data || start === undefined || size === undefined) return undefined;
    this.warm.delete(entry.key);
    this.warm.set(entry.key, entry);
    return entry.data.subarray(start, start + size);
  }

  /** One segment's bytes, wherever they are, as a copy; undefined where block or segment is not here. */
  async read(id: BlockId, index: number): Promise<Uint8Array | undefined> {
    const here = this.segment(id, index);
    if (here) return here.slice();
    const entry = this.entries.get(blockKey(id));
    const start = entry?.offsets[index];
    const size = entry?.sizes[index];
    if (!entry?.spilled || start === undefined || size === undefined) return undefined;
    try {
      return new Uint8Array(await entry.spilled.blob.slice(start, start + size).arrayBuffer());
    } catch (error) {
      console.warn(`block ${entry.key} cannot be read back from disk:`, error);
      if (this.entries.get(entry.key) === entry) this.lose([entry]);
      return undefined;
    }
  }

  drop(id: BlockId): void {
    const key = blockKey(id);
    const entry = this.entries.get(key);
    if (!entry) return;
    this.entries.delete(key);
    this.total -= entry.size;
    if (this.warm.delete(key)) this.warmBytes -= entry.size;
    if (entry.spilled) this.spill?.remove(entry.spilled.name);
  }

  /** Drops all blocks of an application, or of all. */
  dropAll(application?: string): void {
    for (const { id } of [...this.entries.values()])
      if (application === undefined || id[0] === application) this.drop(id);
    this.passes.forget(application);
  }

  /** Drops all, and leaves nothing on disk. */
  end(): void {
    this.ended = true;
    this.dropAll();
    this.spill?.end();
  }

  /** Settles when all that can be written is. */
  async settled(): Promise<void> {
    await this.spilling;
  }

  private shrink(): void {
    if (this.spilling || this.warmBytes <= this.budget || !this.around.openSpill) return;
    this.spilling = this.writeOut().finally(() => {
      this.spilling = null;
      this.around.changed?.();
      // What came in after the last look.
      if (!this.stuck) this.shrink();
    });
  }

  private async writeOut(): Promise<void> {
    try {
      this.spill ??= (await this.around.openSpill?.()) ?? null;
      if (this.ended) this.spill?.end();
      if (!this.spill) throw new Error("this browser gives this page no disk");
      while (this.warmBytes > this.budget && !this.ended) {
        const [entry] = this.warm.values();
        if (!entry?.data) break;
        const name = String(this.names++);
        const blob = await this.spill.write(name, entry.data);
        this.stuck = false;
        if (this.entries.get(entry.key) === entry) {
          entry.data = null;
          entry.spilled = { name, blob };
          this.warm.delete(entry.key);
          this.warmBytes -= entry.size;
          this.around.changed?.();
        } else this.spill.remove(name);
      }
    } catch (error) {
      if (!this.stuck) console.warn("blocks past the budget stay in memory:", error);
      this.stuck = true;
    }
  }

  /**
   * Makes room by giving up what can be computed again by itself: partitions, those first that were not used for
   * longest. Map outputs stay, for a shuffle that loses one to the next would never end. All that is needed, or nothing.
   */
  private giveUp(excess: number, keep: ReadonlySet<string>): boolean {
    const lost: Entry[] = [];
    let left = excess;
    for (const entry of this.warm.values()) {
      if (left <= 0) break;
      if (entry.id[1] === "map" || keep.has(entry.key)) continue;
      lost.push(entry);
      left -= entry.size;
    }
    if (left > 0) return false;
    this.lose(lost);
    return true;
  }

  private lose(entries: readonly Entry[]): void {
    for (const { id } of entries) this.drop(id);
    this.around.lost?.(entries.map(({ id }) => id));
  }
}

/** As Python writes a block's id: `a1/map/7/3/0`. */
export function blockKey(id: BlockId): string {
  return id.join("/");
}

function offsetsOf(sizes: readonly number[]): number[] {
  const offsets: number[] = [];
  let at = 0;
  for (const size of sizes) {
    offsets.push(at);
    at += size;
  }
  return offsets;
}
