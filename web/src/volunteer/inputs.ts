import type { Piece } from "../frame/protocol.ts";
import { type BlockStore, blockKey } from "../peer/block_store.ts";
import { FetchError, type Order, type Transfer } from "../peer/fetching.ts";
import type { Assign, BlockId, Source } from "../wire/messages.ts";
import type { MapOutputTables } from "./map_outputs.ts";

/** Fetches blocks from one holder. */
export type Fetch = (holder: string, orders: Order[]) => Pick<Transfer, "arrivals" | "cancel">;

/** One segment of a block that a task needs. */
interface Need {
  block: BlockId;
  index: number;
  /** The most bytes that it may have. */
  size: number;
  root: Uint8Array;
  holders: string[];
}

const NOTHING = new Uint8Array(0);

/**
 * Gets all that a task reads: what is in the store from there, the rest from its holders, one request to each. Gives
 * the pieces of each source, in the sources' order.
 *
 * The promise fails with a `FetchError` that names the first block that could not be had, and from whom.
 */
export function gather(
  assign: Assign,
  tables: MapOutputTables,
  store: BlockStore,
  fetch: Fetch,
): { inputs: Promise<Piece[][]>; cancel: () => void } {
  const needs = assign.spec.sources.map((source) => needsOf(source, assign, tables));
  const pieces = new Map<Need, Piece>();
  const remote = new Map<string, Need[]>();
  const transfers: Pick<Transfer, "cancel">[] = [];
  const cancel = () => {
    for (const transfer of transfers) transfer.cancel();
  };
  for (const need of needs.flat()) {
    const own = ownPiece(need, store);
    const holder = need.holders[0];
    if (own) pieces.set(need, own);
    else if (holder !== undefined) remote.set(holder, [...(remote.get(holder) ?? []), need]);
    else {
      const error = new FetchError(need.block, "", "nobody is known to hold it", false);
      return { inputs: Promise.reject(error), cancel };
    }
  }
  const fetched = [...remote].map(async ([holder, wanted]) => {
    const transfer = fetch(
      holder,
      wanted.map(({ block, index, size }) => ({ block, segments: [index], limit: size })),
    );
    transfers.push(transfer);
    for (const [at, { data, hashes }] of (await transfer.arrivals).entries()) {
      const need = wanted[at] as Need;
      pieces.set(need, { data, hashes, root: need.root, block: need.block, index: need.index, holder });
    }
  });
  const inputs = Promise.all(fetched).then(() => needs.map((of) => of.map((need) => pieces.get(need) as Piece)));
  // One failure ends the task, so what else is on its way for it may stop.
  inputs.catch(cancel);
  return { inputs, cancel };
}

function needsOf(source: Source, assign: Assign, tables: MapOutputTables): Need[] {
  // Python finds bytes that came inside the message there by itself.
  if (source.type === "driver" && source.inline) return [];
  if (source.type !== "shuffle") {
    const location = assign.locations.find(([block]) => blockKey(block) === blockKey(source.block));
    const [, size, root, holders] = location ?? [source.block, 0, NOTHING, []];
    return [{ block: source.block, index: 0, size, root, holders }];
  }
  const { application, shuffle, partition: index } = source;
  return Array.from({ length: source.map_partitions }, (_, mapPartition) => {
    const entry = tables.get(application, shuffle, mapPartition);
    const [, generation, size, root, , holders] = entry ?? [mapPartition, 0, 0, NOTHING, 0, []];
    return { block: [application, "map", shuffle, mapPartition, generation], index, size, root, holders };
  });
}

/** What needs no fetch: a block in this page's store. It is copied, for it must stay there. */
function ownPiece({ block, index, root }: Need, store: BlockStore): Piece | null {
  const stored = store.get(block);
  const data = store.segment(block, index);
  return stored && data ? { data: data.slice(), hashes: stored.hashes, root, block, index, holder: "" } : null;
}
