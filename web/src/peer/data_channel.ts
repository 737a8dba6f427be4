import { BadMessage } from "../wire/check.ts";
import { type Frame, readFrame, writeFrame } from "../wire/frames.ts";
import { FRAME_HEADER, FRAME_LIMIT, RELAY_LIMIT } from "../wire/messages.ts";
import type { BlockStore } from "./block_store.ts";
import { type Carrier, Exchange, isAsking, type Moved } from "./exchange.ts";
import type { Order, Transfer } from "./fetching.ts";

/** The first byte of a message that holds a part of a frame's body: no frame is of type 0. */
const PART = 0;
/** The largest message: a DATA frame. Every browser's data channel takes four times as much. */
const MESSAGE_LIMIT = FRAME_HEADER + FRAME_LIMIT;
/** What may wait in the browser to be sent; Chromium closes a channel that lets 16 MiB wait. */
export const BUFFER_LIMIT = 2 ** 20;
/** Below this the browser asks for more. */
const BUFFER_LOW = 2 ** 18;
/** Bytes that may be on their way in one fetch: enough for 80 MB/s over 50 ms, and for a sender that never pauses. */
const WINDOW = 2 ** 22;

/** An `RTCDataChannel` as far as this uses one; tests bring their own. */
export type Channel = Pick<
  RTCDataChannel,
  | "send"
  | "close"
  | "readyState"
  | "binaryType"
  | "bufferedAmount"
  | "bufferedAmountLowThreshold"
  | "onmessage"
  | "onbufferedamountlow"
>;

/**
 * Carries blocks over an open data channel, both ways at once, one frame a message (`wire/blocks.py`).
 *
 * At most 1 MiB waits in the browser; frames beyond that wait here, as views of blocks and not as copies. What asks
 * goes before what serves, so that credit does not wait behind the bytes of the other direction.
 */
export class DataChannel implements Carrier {
  private readonly exchange: Exchange;
  private readonly asking: Frame[] = [];
  private readonly serving: Frame[] = [];
  private parts: Uint8Array[] = [];
  /** When a frame last went or came, in ms of `performance.now()`. */
  private moved = performance.now();

  /** @param broken is told why the channel is of no more use */
  constructor(
    private readonly channel: Channel,
    store: BlockStore,
    moved: Moved,
    private readonly broken: (reason: string) => void,
  ) {
    this.exchange = new Exchange(store, (frame) => this.send(frame), moved, WINDOW);
    channel.binaryType = "arraybuffer";
    channel.bufferedAmountLowThreshold = BUFFER_LOW;
    channel.onbufferedamountlow = () => this.drain();
    channel.onmessage = ({ data }) => this.take(data);
  }

  /** For how many ms nothing has moved here; 0 while something is asked for or served. */
  get quiet(): number {
    return this.exchange.idle ? performance.now() - this.moved : 0;
  }

  fetch(holder: string, orders: Order[]): Transfer {
    return this.exchange.fetch(holder, orders);
  }

  /** The channel is gone: what was on its way has failed. */
  end(reason: string): void {
    this.asking.length = 0;
    this.serving.length = 0;
    this.channel.onmessage = null;
    this.channel.onbufferedamountlow = null;
    this.exchange.reset(reason);
  }

  private send(frame: Frame): void {
    this.moved = performance.now();
    (isAsking(frame) ? this.asking : this.serving).push(frame);
    this.drain();
  }

  private drain(): void {
    if (this.channel.readyState !== "open") return;
    while (this.channel.bufferedAmount <= BUFFER_LIMIT - MESSAGE_LIMIT) {
      const frame = this.asking.shift() ?? this.serving.shift();
      if (!frame) return;
      try {
        for (const message of inMessages(writeFrame(frame))) this.channel.send(message);
      } catch (error) {
        return this.broken(`the data channel takes nothing more: ${error instanceof Error ? error.message : error}`);
      }
    }
  }

  private take(data: unknown): void {
    this.moved = performance.now();
    try {
      if (!(data instanceof ArrayBuffer) || data.byteLength > MESSAGE_LIMIT || data.byteLength === 0)
        throw new BadMessage("no frame, or one that is too long");
      const bytes = new Uint8Array(data);
      if (bytes[0] === PART) {
        this.parts.push(bytes.subarray(1));
        if (this.parts.length * FRAME_LIMIT > RELAY_LIMIT) throw new BadMessage("a frame of too many parts");
        return;
      }
      const frame = this.parts.length > 0 ? joined(this.parts, bytes) : bytes;
      this.parts = [];
      this.exchange.take(readFrame(frame));
    } catch (error) {
      if (!(error instanceof BadMessage)) throw error;
      this.broken(`it sent bytes that are no frame: ${error.message}`);
    }
  }
}

/** A frame as messages: all but the last hold the beginning of its body, in parts; the last its head and the rest. */
export function* inMessages(frame: Uint8Array<ArrayBuffer>): Generator<Uint8Array<ArrayBuffer>> {
  let at = FRAME_HEADER;
  for (; frame.length - at > FRAME_LIMIT; at += FRAME_LIMIT) {
    const part = new Uint8Array(1 + FRAME_LIMIT);
    part[0] = PART;
    part.set(frame.subarray(at, at + FRAME_LIMIT), 1);
    yield part;
  }
  if (at === FRAME_HEADER) return yield frame;
  const last = new Uint8Array(FRAME_HEADER + frame.length - at);
  last.set(frame.subarray(0, FRAME_HEADER));
  last.set(frame.subarray(at), FRAME_HEADER);
  yield last;
}

function joined(parts: readonly Uint8Array[], last: Uint8Array): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, last.length));
  whole.set(last.subarray(0, FRAME_HEADER));
  let at = FRAME_HEADER;
  for (const part of [...parts, last.subarray(FRAME_HEADER)]) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
