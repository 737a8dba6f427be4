import { type BlockStore, blockKey } from "../peer/block_store.ts";
import { FetchError } from "../peer/fetching.ts";
import type { BlockId, CopyBlocks, Location } from "../wire/messages.ts";
import type { Fetch } from "./inputs.ts";

/**
 * Takes copies of blocks that the coordinator wants to live here too. Gives those that are here in the end, of all that
 * were asked for; what no holder would send, or what has no room, is the coordinator's to order elsewhere.
 *
 * The page cannot check hashes; whoever reads the copy does, against the root that the coordinator told.
 */
export async function copyBlocks(
  { locations }: CopyBlocks,
  me: string,
  store: BlockStore,
  fetch: Fetch,
): Promise<BlockId[]> {
  let wanted = locations.filter(([block]) => !store.has(block));
  for (let turn = 0; wanted.length > 0; turn += 1) {
    const byHolder = new Map<string, Location[]>();
    for (const location of wanted) {
      const holder = location[3].filter((peer) => peer !== me)[turn];
      if (holder !== undefined) byHolder.set(holder, [...(byHolder.get(holder) ?? []), location]);
    }
    if (byHolder.size === 0) break;
    await Promise.all([...byHolder].map(([holder, asked]) => copyFrom(holder, asked, store, fetch)));
    wanted = wanted.filter(([block]) => !store.has(block));
  }
  return locations.map(([block]) => block).filter((block) => store.has(block));
}

async function copyFrom(holder: string, asked: Location[], store: BlockStore, fetch: Fetch): Promise<void> {
  let room = store.budget - store.bytes;
  const fitting = asked.filter(([, size]) => {
    room -= size;
    return room >= 0;
  });
  // One request a block: what has arrived is kept, whatever becomes of the next one.
  for (const [block, size, root] of fitting) {
    try {
      const [arrival] = await fetch(holder, [{ block, segments: null, limit: size }]).arrivals;
      if (arrival) store.put([{ id: block, ...arrival, root }]);
    } catch (error) {
      if (!(error instanceof FetchError)) throw error;
    }
  }
}

/** Which of the blocks here are copies, so that somebody else has them too. What others copied from here nobody tells. */
export class Copies {
  private readonly known = new Map<string, BlockId>();

  constructor(private readonly store: BlockStore) {}

  /** Those of them that are still here. */
  get count(): number {
    for (const [key, id] of this.known) if (!this.store.has(id)) this.known.delete(key);
    return this.known.size;
  }

  add(blocks: readonly BlockId[]): void {
    for (const id of blocks) this.known.set(blockKey(id), id);
  }
}
