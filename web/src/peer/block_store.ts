import type { BlockId } from "../wire/messages.ts";

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

/**
 * The blocks of this volunteer. They live in the page, outside Python's heap, so they can be served while Python
 * computes, and outlive a Worker that dies.
 */
export class BlockStore {
  private readonly blocks = new Map<string, StoredBlock & { offsets: number[] }>();
  private total = 0;

  /** @param budget bytes that all blocks together may take */
  constructor(readonly budget: number) {}

  get bytes(): number {
    return this.total;
  }

  get count(): number {
    return this.blocks.size;
  }

  /** All blocks, to say what is still here when a session is taken up again. */
  held(): [id: BlockId, size: number, root: Uint8Array][] {
    return [...this.blocks.values()].flatMap(({ id, data, root }) => (root ? [[id, data.length, root]] : []));
  }

  has(id: BlockId): boolean {
    return this.blocks.has(blockKey(id));
  }

  get(id: BlockId): StoredBlock | undefined {
    return this.blocks.get(blockKey(id));
  }

  /** Stores blocks, all or none; false where the budget would not hold them. An equal id replaces the older block. */
  put(blocks: readonly StoredBlock[]): boolean {
    const added = blocks.reduce((sum, { data }) => sum + data.length, 0);
    const freed = blocks.reduce((sum, { id }) => sum + (this.get(id)?.data.length ?? 0), 0);
    if (this.total - freed + added > this.budget) return false;
    for (const block of blocks) {
      this.drop(block.id);
      this.blocks.set(blockKey(block.id), { ...block, offsets: offsetsOf(block.sizes) });
      this.total += block.data.length;
    }
    return true;
  }

  /** One segment's bytes, as a view; undefined where block or segment is not here. */
  segment(id: BlockId, index: number): Uint8Array | undefined {
    const block = this.blocks.get(blockKey(id));
    const start = block?.offsets[index];
    const size = block?.sizes[index];
    return start === undefined || size === undefined ? undefined : block?.data.subarray(start, start + size);
  }

  drop(id: BlockId): void {
    const block = this.get(id);
    if (!block) return;
    this.blocks.delete(blockKey(id));
    this.total -= block.data.length;
  }

  /** Drops all blocks of an application, or of all. */
  dropAll(application?: string): void {
    for (const { id } of [...this.blocks.values()])
      if (application === undefined || id[0] === application) this.drop(id);
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
