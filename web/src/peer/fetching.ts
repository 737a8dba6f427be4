import type { Frame } from "../wire/frames.ts";
import { HASH_SIZE } from "../wire/frames.ts";
import { type BlockId, FrameType, INITIAL_CREDIT, type Item, type Wanted } from "../wire/messages.ts";
import type { Passes } from "./passes.ts";

/** Streams that a peer may have open at a time (`STREAM_LIMIT` of wire/blocks.py); more of them wait. */
const STREAM_LIMIT = 64;

/** One block (or some of its segments) that is wanted from a holder. */
export interface Order {
  block: BlockId;
  /** null: all of it. */
  segments: number[] | null;
  /** The most bytes that this may be, as the coordinator told it; a holder that says more is cut off. */
  limit: number;
}

/** What came for one order. Nothing proves the bytes yet: the Worker that reads them checks the hashes. */
export interface Arrival {
  data: Uint8Array<ArrayBuffer>;
  sizes: number[];
  hashes: Uint8Array;
  /** No relay carried it; unknown to the carrier itself. */
  direct?: boolean;
}

/** Why a fetch ended without its blocks. */
export class FetchError extends Error {
  override name = "FetchError";

  /**
   * @param block the one that was due
   * @param corrupt the holder broke the protocol, so it is at fault; else it left or has not got the block
   * @param lost the way to the holder broke off or fell silent, so another way may do
   * @param arrived what had come by then, for the first of the orders
   * @param code the holder's word for why it refused; empty where it did not
   */
  constructor(
    readonly block: BlockId,
    readonly holder: string,
    reason: string,
    readonly corrupt: boolean,
    readonly lost = false,
    readonly arrived: Arrival[] = [],
    readonly code = "",
  ) {
    super(reason);
  }

  /** The same failure of a fetch in which this had come by then. */
  with(arrived: Arrival[]): FetchError {
    const { block, holder, message, corrupt, lost, code } = this;
    return new FetchError(block, holder, message, corrupt, lost, arrived, code);
  }
}

/** A fetch under way. */
export interface Transfer {
  arrivals: Promise<Arrival[]>;
  /** How many frames of it have come so far; null while it has not been asked for yet. */
  received(): number | null;
  /** Ends it: nothing more comes, and the promise fails. */
  cancel(reason?: string): void;
}

interface Fetch {
  holder: string;
  orders: Order[];
  done: Arrival[];
  /** The item that DATA frames fill at present, and up to where. */
  current: Arrival | null;
  filled: number;
  /** Bytes received since credit was last given. */
  owed: number;
  frames: number;
  resolve(arrivals: Arrival[]): void;
  reject(error: FetchError): void;
}

/**
 * The requester's side of block transfers (`wire/blocks.py`): frames in, frames out, no socket and no clock.
 *
 * A holder may lie about everything. What it sends is held to what was asked for, item by item and byte by byte; the
 * first frame out of order ends the stream.
 */
export class Fetching {
  private readonly fetches = new Map<number, Fetch>();
  private readonly waiting = new Map<number, { fetch: Fetch; ask: () => void }>();
  private next = 1;

  /**
   * @param passes those that are shown for what is asked for
   * @param send takes each frame that goes out
   * @param received is told the bytes of each DATA frame, and the application whose they are
   * @param window bytes that may be on their way in one fetch; a long way needs more than the initial credit
   */
  constructor(
    private readonly passes: Passes,
    private readonly send: (frame: Frame) => void,
    private readonly received: (bytes: number, application: string) => void = () => {},
    private readonly window = INITIAL_CREDIT,
  ) {}

  /** Whether nothing is asked for. */
  get idle(): boolean {
    return this.fetches.size + this.waiting.size === 0;
  }

  /** Asks one holder for blocks, at least one. */
  fetch(holder: string, orders: Order[]): Transfer {
    const stream = this.next++;
    const { promise: arrivals, resolve, reject } = Promise.withResolvers<Arrival[]>();
    const fetch: Fetch = { holder, orders, done: [], current: null, filled: 0, owed: 0, frames: 0, resolve, reject };
    const items = orders.map(({ block, segments }): Wanted => [block, segments]);
    const passes = this.passes.of(orders.map(({ block }) => block[0]));
    const ask = () => {
      this.fetches.set(stream, fetch);
      this.send({ type: FrameType.REQUEST, stream, request: { holder, items, passes } });
      const more = this.window - INITIAL_CREDIT;
      if (more > 0) this.send({ type: FrameType.CREDIT, stream, bytes: more });
    };
    if (this.fetches.size < STREAM_LIMIT) ask();
    else this.waiting.set(stream, { fetch, ask });
    return {
      arrivals,
      received: () => (this.waiting.has(stream) ? null : fetch.frames),
      cancel: (reason = "cancelled") => this.stop(stream, reason, false, true),
    };
  }

  /** Takes an ITEM, DATA, END or REFUSED; other frames are for the holder's side, late ones for nobody. */
  take(frame: Frame): void {
    const fetch = this.fetches.get(frame.stream);
    if (!fetch) return;
    fetch.frames += 1;
    switch (frame.type) {
      case FrameType.ITEM:
        return this.begin(frame.stream, fetch, frame.item);
      case FrameType.DATA:
        return this.fill(frame.stream, fetch, frame.data);
      case FrameType.END:
        if (fetch.current || fetch.done.length < fetch.orders.length)
          return this.stop(frame.stream, `ended after ${fetch.done.length} of ${fetch.orders.length} blocks`, true);
        this.forget(frame.stream);
        return fetch.resolve(fetch.done);
      case FrameType.REFUSED:
        return this.fail(
          frame.stream,
          `${frame.refusal.code}: ${frame.refusal.reason}`,
          false,
          false,
          frame.refusal.code,
        );
    }
  }

  /** Ends all fetches: the socket broke, or a fetch's stream carried something that is no frame. */
  reset(reason: string): void {
    for (const stream of [...this.waiting.keys(), ...this.fetches.keys()]) this.fail(stream, reason, false, true);
  }

  private begin(stream: number, fetch: Fetch, item: Item): void {
    const order = fetch.orders[fetch.done.length];
    if (fetch.current || !order || item.index !== fetch.done.length)
      return this.stop(stream, `item ${item.index} came out of order`, true);
    const total = item.sizes.reduce((sum, size) => sum + size, 0);
    const segments = item.hashes.length / HASH_SIZE;
    if (item.sizes.length !== (order.segments?.length ?? segments))
      return this.stop(stream, `${item.sizes.length} segments came where others were asked for`, true);
    if (total > order.limit) return this.stop(stream, `${total} bytes came where ${order.limit} are due`, true);
    fetch.current = { data: new Uint8Array(total), sizes: item.sizes, hashes: item.hashes };
    fetch.filled = 0;
    this.completeIfFull(fetch);
  }

  private fill(stream: number, fetch: Fetch, data: Uint8Array): void {
    if (!fetch.current || fetch.filled + data.length > fetch.current.data.length)
      return this.stop(stream, "more bytes came than were announced", true);
    fetch.current.data.set(data, fetch.filled);
    fetch.filled += data.length;
    fetch.owed += data.length;
    this.received(data.length, fetch.orders[fetch.done.length]?.block[0] ?? "");
    this.completeIfFull(fetch);
    if (fetch.owed >= this.window / 2) {
      this.send({ type: FrameType.CREDIT, stream, bytes: fetch.owed });
      fetch.owed = 0;
    }
  }

  private completeIfFull(fetch: Fetch): void {
    if (!fetch.current || fetch.filled < fetch.current.data.length) return;
    fetch.done.push(fetch.current);
    fetch.current = null;
  }

  private stop(stream: number, reason: string, corrupt: boolean, lost = false): void {
    if (this.fetches.has(stream)) this.send({ type: FrameType.CANCEL, stream });
    this.fail(stream, reason, corrupt, lost);
  }

  private fail(stream: number, reason: string, corrupt: boolean, lost = false, code = ""): void {
    const fetch = this.fetches.get(stream) ?? this.waiting.get(stream)?.fetch;
    if (!fetch) return;
    this.forget(stream);
    const due = fetch.orders[Math.min(fetch.done.length, fetch.orders.length - 1)] as Order;
    fetch.reject(new FetchError(due.block, fetch.holder, reason, corrupt, lost, fetch.done, code));
  }

  /** A stream is over, so one that waited may begin. */
  private forget(stream: number): void {
    this.waiting.delete(stream);
    this.fetches.delete(stream);
    const [next] = this.waiting;
    if (!next || this.fetches.size >= STREAM_LIMIT) return;
    this.waiting.delete(next[0]);
    next[1].ask();
  }
}
