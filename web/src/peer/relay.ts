import { BadMessage } from "../wire/check.ts";
import { encodeMessage } from "../wire/codec.ts";
import { type Frame, readFrame, writeFrame } from "../wire/frames.ts";
import type { Hello } from "../wire/messages.ts";
import { backoff } from "./backoff.ts";
import type { BlockStore } from "./block_store.ts";
import { type Carrier, Exchange, type Moved } from "./exchange.ts";
import type { Order, Transfer } from "./fetching.ts";
import type { OpenSocket } from "./session.ts";

/** Above this byte a first byte cannot be a frame's type: it begins a msgpack map, a control message. */
const LAST_FRAME_TYPE = 0x7f;

const NO_BYTES = new Uint8Array(0);

/**
 * The second socket, which carries block bytes through the coordinator, both ways at once.
 *
 * It lives as long as the session whose secret opened it, and comes back by itself when it alone breaks; what was on
 * its way then fails, and the tasks that waited for it say so.
 */
export class Relay implements Carrier {
  private socket: WebSocket | null = null;
  private waiting: Frame[] = [];
  private open = false;
  private ended = false;
  private tries = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly exchange: Exchange;
  /** From whom blocks came, or should have come, this way. */
  readonly holders = new Set<string>();

  /**
   * @param hello introduces the socket: `socket: "relay"` and the session's secret
   */
  constructor(
    private readonly url: string,
    private readonly hello: Hello,
    store: BlockStore,
    moved: Moved,
    private readonly openSocket: OpenSocket = (url) => new WebSocket(url),
  ) {
    this.exchange = new Exchange(store, (frame) => this.send(frame), moved);
    this.connect();
  }

  /** Fetches blocks from one holder; gives up when nothing comes for 10 s. */
  fetch(holder: string, orders: Order[]): Transfer {
    this.holders.add(holder);
    return this.exchange.fetch(holder, orders);
  }

  end(): void {
    this.ended = true;
    clearTimeout(this.timer);
    this.socket?.close(1000);
    this.socket = null;
    this.exchange.reset("this volunteer's session ended");
  }

  private connect(): void {
    if (this.ended) return;
    const socket = this.openSocket(this.url);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    socket.onopen = () => {
      this.open = true;
      socket.send(encodeMessage(this.hello));
      for (const frame of this.waiting.splice(0)) this.send(frame);
    };
    socket.onmessage = ({ data }) => this.take(data instanceof ArrayBuffer ? new Uint8Array(data) : NO_BYTES);
    socket.onclose = () => this.lost(socket);
  }

  private send(frame: Frame): void {
    if (this.open) this.socket?.send(writeFrame(frame));
    else this.waiting.push(frame);
  }

  private take(bytes: Uint8Array): void {
    if ((bytes[0] ?? 0) > LAST_FRAME_TYPE) {
      this.tries = 0; // Welcome, or a refusal that a close follows
      return;
    }
    let frame: Frame;
    try {
      frame = readFrame(bytes);
    } catch (error) {
      if (!(error instanceof BadMessage)) throw error;
      console.error("the relay sent bytes that are no frame:", error);
      this.socket?.close(4400, "bad frame");
      return;
    }
    this.exchange.take(frame);
  }

  private lost(socket: WebSocket): void {
    if (socket !== this.socket) return;
    this.socket = null;
    this.open = false;
    this.waiting = [];
    this.exchange.reset("the relay broke off");
    if (!this.ended) this.timer = setTimeout(() => this.connect(), backoff(this.tries++));
  }
}
