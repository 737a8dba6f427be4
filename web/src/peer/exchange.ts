import type { Frame } from "../wire/frames.ts";
import { FrameType } from "../wire/messages.ts";
import type { BlockStore } from "./block_store.ts";
import { Fetching, type Order, type Transfer } from "./fetching.ts";
import { Serving } from "./serving.ts";

/** Is told of block bytes as they come in (with whose application they are) and go out. */
export interface Moved {
  received(bytes: number, application: string): void;
  served(bytes: number): void;
}

/** Something that blocks can be fetched over: the relay, or a data channel. */
export interface Carrier {
  fetch(holder: string, orders: Order[]): Transfer;
}

/** After so many ms without a frame a fetch is given up. */
export const SILENCE = 10_000;

/** Both sides of block transfers over one carrier, whatever carries the frames. */
export class Exchange {
  private readonly fetching: Fetching;
  private readonly serving: Serving;

  /** @param window bytes that may be on their way to us in one fetch */
  constructor(store: BlockStore, send: (frame: Frame) => void, moved: Moved, window?: number) {
    this.fetching = new Fetching(
      store.passes,
      send,
      (bytes, application) => moved.received(bytes, application),
      window,
    );
    this.serving = new Serving(store, send, (bytes) => moved.served(bytes));
  }

  /** Whether nothing is being fetched or served. */
  get idle(): boolean {
    return this.fetching.idle && this.serving.idle;
  }

  /** Fetches blocks; gives up when nothing comes for 10 s. */
  fetch(holder: string, orders: Order[]): Transfer {
    const transfer = this.fetching.fetch(holder, orders);
    let heard: number | null = null;
    const watch = () => {
      const now = transfer.received();
      if (now !== null && now === heard) return transfer.cancel(`nothing came for ${SILENCE / 1000} s`);
      heard = now;
      timer = setTimeout(watch, SILENCE);
    };
    let timer = setTimeout(watch, 0);
    const stop = () => clearTimeout(timer);
    transfer.arrivals.then(stop, stop);
    return transfer;
  }

  take(frame: Frame): void {
    (isAsking(frame) ? this.serving : this.fetching).take(frame);
  }

  /** The carrier broke: what was on its way has failed. */
  reset(reason: string): void {
    this.serving.reset();
    this.fetching.reset(reason);
  }
}

/** Whether a frame comes from a requester, else it comes from a holder. */
export function isAsking({ type }: Frame): boolean {
  return type === FrameType.REQUEST || type === FrameType.CREDIT || type === FrameType.CANCEL;
}
