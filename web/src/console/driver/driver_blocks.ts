import type { FetchedBlock, FetchFailure, FetchOrder } from "../../frame/console_protocol.ts";
import type { BlockStore } from "../../peer/block_store.ts";
import { type Arrival, FetchError, type Order, type Transfer } from "../../peer/fetching.ts";
import type { BlockId } from "../../wire/messages.ts";

/** What came of a fetch, as Python is told. */
export interface Fetched {
  blocks: FetchedBlock[];
  failure: FetchFailure | null;
}

/** Fetches blocks from one holder, by the best way that there is. */
type Fetch = (holder: string, orders: Order[]) => Pick<Transfer, "arrivals" | "cancel">;

/**
 * The blocks of this driver: its own data, served out of the page's store while Python computes, and results on their
 * way to Python.
 *
 * What a Python that was ended had provided stays for one more life: jobs that it had started go on, and the next
 * Python may wait for them.
 */
export class DriverBlocks {
  private provided = new Map<number, BlockId[]>();
  private before: BlockId[] = [];

  constructor(
    private readonly store: BlockStore,
    private readonly fetchFrom: Fetch,
  ) {}

  /** Serves a block, of one segment. False where there is no room for it. */
  provide(block: BlockId, data: Uint8Array, hashes: Uint8Array): boolean {
    if (!this.store.put([{ id: block, data, sizes: [data.length], hashes }])) return false;
    const node = block[2];
    const blocks = this.provided.get(node);
    if (blocks) blocks.push(block);
    else this.provided.set(node, [block]);
    return true;
  }

  /** No handle to these nodes is left. */
  release(nodes: readonly number[]): void {
    for (const node of nodes) {
      for (const block of this.provided.get(node) ?? []) this.store.drop(block);
      this.provided.delete(node);
    }
  }

  /** The Python that provided them has ended. */
  endLife(): void {
    for (const block of this.before) this.store.drop(block);
    this.before = [...this.provided.values()].flat();
    this.provided = new Map();
  }

  /** Gets whole blocks; nothing proves them yet. What came before a failure comes with it. */
  async fetch(holder: string, orders: readonly FetchOrder[]): Promise<Fetched> {
    const { arrivals } = this.fetchFrom(
      holder,
      orders.map(({ block, size }) => ({ block, segments: null, limit: size })),
    );
    try {
      return { blocks: (await arrivals).map(asFetched), failure: null };
    } catch (error) {
      if (!(error instanceof FetchError)) throw error;
      const { code, message, corrupt, lost } = error;
      return { blocks: error.arrived.map(asFetched), failure: { code, reason: message, corrupt, lost } };
    }
  }
}

function asFetched({ data, hashes, direct = false }: Arrival): FetchedBlock {
  return { data, hashes, direct };
}
