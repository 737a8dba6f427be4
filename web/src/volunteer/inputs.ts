import type { Piece } from "../frame/protocol.ts";
import { type BlockIndex, type BlockStore, blockKey } from "../peer/block_store.ts";
import { type Arrival, FetchError, type Order, type Transfer } from "../peer/fetching.ts";
import type { Assign, BlockId, Source } from "../wire/messages.ts";
import type { MapOutputTables } from "./map_outputs.ts";
import { fetchUrl, UrlError } from "./urls.ts";

/** Fetches blocks from one holder. */
export type Fetch = (holder: string, orders: Order[]) => Pick<Transfer, "arrivals" | "cancel">;

/** One segment of a block that a task needs. */
interface Need {
  block: BlockId;
  index: number;
  /** The most bytes that it may have. */
  size: number;
  /** The bytes that it probably has. */
  share: number;
  root: Uint8Array;
  holders: string[];
  /** Most Workers have it already: what is in the store is not copied before one is known that has not. */
  broadcast?: boolean;
}

const NOTHING = new Uint8Array(0);

/**
 * Gets all that a task reads: what is in the store from there, the rest from its holders, several of them at once.
 * What one holder fails to give is asked of the next one that has it. Gives the pieces of each source, in the sources'
 * order.
 *
 * The promise fails with a `FetchError` that names the first block that no holder gave, and the first who failed, or with
 * a `UrlError`.
 */
export function gather(
  assign: Assign,
  tables: MapOutputTables,
  store: BlockStore,
  fetch: Fetch,
): { inputs: Promise<Piece[][]>; cancel: () => void } {
  const needs = assign.spec.sources.map((source) => needsOf(source, assign, tables));
  const pieces = new Map<Need, Piece>();
  const missing: Need[] = [];
  const transfers = new Set<Pick<Transfer, "cancel">>();
  let cancelled = false;
  const abort = new AbortController();
  const cancel = () => {
    cancelled = true;
    abort.abort();
    for (const transfer of transfers) transfer.cancel();
  };
  const fetchFrom = async (holder: string, wanted: Need[], tried: readonly string[], first?: FetchError) => {
    const transfer = fetch(
      holder,
      wanted.map(({ block, index, size }) => ({ block, segments: [index], limit: size })),
    );
    transfers.add(transfer);
    let arrivals: Arrival[];
    let failure: FetchError | undefined;
    try {
      arrivals = await transfer.arrivals;
    } catch (error) {
      if (!(error instanceof FetchError) || cancelled) throw error;
      failure = first ?? error;
      arrivals = error.arrived;
    } finally {
      transfers.delete(transfer);
    }
    for (const [at, { data, hashes }] of arrivals.entries()) {
      const need = wanted[at] as Need;
      pieces.set(need, { data, hashes, root: need.root, block: need.block, index: need.index, holder });
    }
    if (failure) await fetchAll(wanted.slice(arrivals.length), [...tried, holder], failure);
  };
  const fetchAll = async (wanted: readonly Need[], tried: readonly string[], failure?: FetchError): Promise<void> => {
    const plan = share(wanted, tried);
    if (plan.without) throw failure ?? new FetchError(plan.without.block, "", "nobody is known to hold it", false);
    await Promise.all([...plan.byHolder].map(([holder, of]) => fetchFrom(holder, of, tried, failure)));
  };
  // The bytes are copied, for they must stay in the store.
  const fromDisk = async (need: Need, { hashes }: BlockIndex): Promise<void> => {
    const data = await store.read(need.block, need.index);
    if (data) pieces.set(need, { ...own(need), data, hashes });
    else if (!cancelled) await fetchAll([need], []);
  };
  const reads: Promise<void>[] = [];
  for (const need of needs.flat()) {
    const stored = store.get(need.block);
    const data = store.segment(need.block, need.index);
    if (stored && data)
      pieces.set(need, { ...own(need), data: need.broadcast ? data : data.slice(), hashes: stored.hashes });
    else if (stored) reads.push(fromDisk(need, stored));
    else missing.push(need);
  }
  // Only what stands in the task's own sources is ever fetched: a URL is a source like any other.
  const pages = assign.spec.sources.map(async (source): Promise<Piece[] | null> => {
    if (source.type !== "url") return null;
    const data = await fetchUrl(source.url, abort.signal).catch((error: unknown) => {
      if (error instanceof UrlError) error.block = source.block;
      throw error;
    });
    return [{ data, hashes: NOTHING, root: NOTHING, block: source.block, index: 0, holder: "" }];
  });
  const inputs = Promise.all([Promise.all(pages), fetchAll(missing, []), ...reads]).then(([fetched]) =>
    needs.map((of, index) => fetched[index] ?? of.map((need) => pieces.get(need) as Piece)),
  );
  // One failure ends the task, so what else is on its way for it may stop.
  inputs.catch(cancel);
  return { inputs, cancel };
}

/** Who is asked for what: each holder for about as many bytes. `without` is a need that nobody is left for. */
function share(needs: readonly Need[], tried: readonly string[]): { byHolder: Map<string, Need[]>; without?: Need } {
  const byHolder = new Map<string, Need[]>();
  const load = new Map<string, number>();
  for (const need of needs) {
    const left = need.holders.filter((holder) => !tried.includes(holder));
    const [first, ...others] = left;
    if (first === undefined) return { byHolder, without: need };
    const burden = (holder: string) => load.get(holder) ?? 0;
    const holder = others.reduce((best, other) => (burden(other) < burden(best) ? other : best), first);
    const asked = byHolder.get(holder);
    if (asked) asked.push(need);
    else byHolder.set(holder, [need]);
    load.set(holder, burden(holder) + need.share);
  }
  return { byHolder };
}

function needsOf(source: Source, assign: Assign, tables: MapOutputTables): Need[] {
  // Python finds bytes that came inside the message there by itself.
  if (source.type === "url") return [];
  if ((source.type === "driver" || source.type === "broadcast") && source.inline) return [];
  if (source.type !== "shuffle") {
    const location = assign.locations.find(([block]) => blockKey(block) === blockKey(source.block));
    const [, size, root, holders] = location ?? [source.block, 0, NOTHING, []];
    const broadcast = source.type === "broadcast";
    return [{ block: source.block, index: 0, size, share: size, root, holders, broadcast }];
  }
  const { application, shuffle, partition: index } = source;
  return Array.from({ length: source.map_partitions }, (_, mapPartition) => {
    const entry = tables.get(application, shuffle, mapPartition);
    const [, generation, size, root, segments, holders] = entry ?? [mapPartition, 0, 0, NOTHING, 1, []];
    const block: BlockId = [application, "map", shuffle, mapPartition, generation];
    return { block, index, size, share: size / Math.max(1, segments), root, holders };
  });
}

/** All but the bytes of a piece that needs no fetch: its block is in this page's store. */
function own({ block, index, root }: Need): Pick<Piece, "block" | "index" | "root" | "holder"> {
  return { root, block, index, holder: "" };
}
