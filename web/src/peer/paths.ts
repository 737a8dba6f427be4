import type { Carrier } from "./exchange.ts";
import { type Arrival, FetchError, type Order, type Transfer } from "./fetching.ts";

/** Where to look for the direct way; null: take the relay. */
export interface DirectWay {
  reach(peer: string): Promise<Carrier | null>;
}

/**
 * Fetches blocks from one holder by the best way there is. What a data channel had brought before it broke is kept,
 * and the rest comes over the relay.
 */
export function fetchBy(
  direct: DirectWay,
  relay: Carrier,
  holder: string,
  orders: Order[],
): Pick<Transfer, "arrivals" | "cancel"> {
  let current: Transfer | null = null;
  let cancelled: string | null = null;
  const run = async (): Promise<Arrival[]> => {
    const arrivals: Arrival[] = [];
    let channel = await direct.reach(holder);
    for (;;) {
      if (cancelled !== null) throw new FetchError((orders[0] as Order).block, holder, cancelled, false);
      current = (channel ?? relay).fetch(holder, orders.slice(arrivals.length));
      const direct = channel !== null;
      const keep = (arrived: Arrival[]) => arrivals.push(...arrived.map((each) => ({ ...each, direct })));
      try {
        keep(await current.arrivals);
        return arrivals;
      } catch (error) {
        if (!(error instanceof FetchError)) throw error;
        keep(error.arrived);
        if (arrivals.length === orders.length) return arrivals; // but for the word that it was all
        if (!error.lost || !channel || cancelled !== null) throw error.with(arrivals);
        channel = null;
      }
    }
  };
  return {
    arrivals: run(),
    cancel: (reason = "cancelled") => {
      cancelled = reason;
      current?.cancel(reason);
    },
  };
}
