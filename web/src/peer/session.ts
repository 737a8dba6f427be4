import { readToDriver, readToOperator, readToVolunteer } from "../wire/check.ts";
import { encodeMessage, type Tagged } from "../wire/codec.ts";
import {
  CloseCode,
  type Hello,
  type Pong,
  type Refused,
  type ToDriver,
  type ToOperator,
  type ToVolunteer,
  type Welcome,
} from "../wire/messages.ts";
import { backoff } from "./backoff.ts";

/** As what a page speaks to the coordinator. */
export interface Role<In> {
  /** Throws for what may not be said to this role. */
  read(bytes: Uint8Array): In;
  /** Refusals for good; after any other another try may find it gone. */
  forGood: readonly (keyof typeof CloseCode)[];
}

const UNWELCOME = ["UNAUTHENTICATED", "WRONG_ROLE", "VERSION"] as const;
export const VOLUNTEER: Role<ToVolunteer> = { read: readToVolunteer, forGood: UNWELCOME };
/** A driver whose application another one took over must not take it back by itself. */
export const DRIVER: Role<ToDriver> = {
  read: readToDriver,
  forGood: [...UNWELCOME, "REPLACED", "TAKEN_OVER", "UNKNOWN_APPLICATION"],
};

export const OPERATOR: Role<ToOperator> = { read: readToOperator, forGood: UNWELCOME };

/** What a session tells of itself; each as it happens. */
export interface SessionEvents<In> {
  /** How to introduce ourselves, asked anew for each try. */
  hello(): Hello;
  opened(welcome: Welcome, bytes: Uint8Array): void;
  message(message: In, bytes: Uint8Array): void;
  /** Some message came, a ping perhaps: once a second at least, also where timers come late. */
  heard?(): void;
  /** The coordinator is gone, or was never there; the next try comes in `retry` ms. */
  broken(retry: number): void;
  /** The coordinator would not have us, now or later: no further try. */
  refused(refused: Pick<Refused, "code" | "reason">): void;
}

/** A WebSocket as far as a session uses one; tests bring their own. */
export type OpenSocket = (url: string) => WebSocket;

/** The coordinator pings each second; after so many ms without a word it is gone. */
const SILENCE = 10_000;

/**
 * The control socket to the coordinator: says Hello, answers pings, and comes back by itself when it breaks. `In` is
 * what this role hears, `Out` what it says.
 *
 * The Hello may take up the session that broke, by its secret; the tasks and messages of that one are gone all the same.
 */
export class Session<In extends ToVolunteer | ToDriver | ToOperator, Out extends Tagged> {
  private socket: WebSocket | null = null;
  private welcomed = false;
  private tries = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private silence: ReturnType<typeof setTimeout> | undefined;
  private heard = 0;
  /** The same by the clock on the wall, which goes on while the device sleeps. */
  private heardAt = 0;
  private ended = false;

  constructor(
    private readonly role: Role<In>,
    private readonly url: string,
    private readonly events: SessionEvents<In>,
    private readonly openSocket: OpenSocket = (url) => new WebSocket(url),
  ) {}

  connect(): void {
    if (this.ended) return;
    const socket = this.openSocket(this.url);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    this.welcomed = false;
    socket.onopen = () => socket.send(encodeMessage(this.events.hello()));
    socket.onmessage = ({ data }) => this.take(socket, data);
    socket.onclose = ({ code, reason }) => this.closed(socket, code, reason);
    this.noteHeard();
    clearTimeout(this.silence);
    this.watch(socket);
  }

  /** Sends a message, or drops it while there is no session (nobody would know what it is about). */
  send(message: Out): void {
    this.sendPacked(encodeMessage(message));
  }

  /** The same for a message that is packed already. False where it was dropped. */
  sendPacked(message: Uint8Array<ArrayBuffer>): boolean {
    if (!this.welcomed || this.socket?.readyState !== 1) return false;
    this.socket.send(message);
    return true;
  }

  /** Tries again at once, e.g. when the network is back. */
  retryNow(): void {
    if (this.ended || this.socket) return;
    clearTimeout(this.timer);
    this.connect();
  }

  /** The device may have slept, or the page: a socket that was silent for too long meanwhile is given up at once. */
  awake(): void {
    const { socket } = this;
    if (!socket) return this.retryNow();
    if (Date.now() - this.heardAt < SILENCE) return;
    socket.close(4410, "the coordinator is silent");
    this.lost(socket);
    this.retryNow();
  }

  /** Ends the session for good. */
  end(): void {
    this.ended = true;
    clearTimeout(this.timer);
    clearTimeout(this.silence);
    this.socket?.close(1000);
    this.socket = null;
  }

  private take(socket: WebSocket, data: unknown): void {
    if (socket !== this.socket) return;
    this.noteHeard();
    let message: ToVolunteer | ToDriver | ToOperator;
    const bytes = data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array(0);
    try {
      message = this.role.read(bytes);
    } catch (error) {
      console.error("the coordinator sent a message that this page cannot read:", error);
      socket.close(4400, "bad message");
      return this.lost(socket);
    }
    this.events.heard?.();
    if (message.type === "Ping")
      return void this.sendPacked(encodeMessage<Pong>({ type: "Pong", number: message.number }));
    if (message.type === "Welcome") {
      this.welcomed = true;
      this.tries = 0;
      return this.events.opened(message, bytes);
    }
    if (message.type === "Refused" && !this.welcomed) {
      if (this.role.forGood.some((code) => code.toLowerCase() === message.code)) this.giveUp(message);
      return;
    }
    this.events.message(message as In, bytes);
  }

  private closed(socket: WebSocket, code: number, reason: string): void {
    if (socket !== this.socket || this.ended) return;
    const word = this.role.forGood.find((word) => CloseCode[word] === code);
    if (word) this.giveUp({ code: word.toLowerCase(), reason });
    else this.lost(socket);
  }

  private giveUp(refused: Pick<Refused, "code" | "reason">): void {
    this.end();
    this.events.refused(refused);
  }

  private noteHeard(): void {
    this.heard = performance.now();
    this.heardAt = Date.now();
  }

  private watch(socket: WebSocket): void {
    this.silence = setTimeout(
      () => {
        if (socket !== this.socket) return;
        if (performance.now() - this.heard < SILENCE) return this.watch(socket);
        socket.close(4410, "the coordinator is silent");
        this.lost(socket);
      },
      Math.max(0, this.heard + SILENCE - performance.now()),
    );
  }

  private lost(socket: WebSocket): void {
    if (socket !== this.socket || this.ended) return;
    this.socket = null;
    this.welcomed = false;
    const wait = backoff(this.tries++);
    this.timer = setTimeout(() => this.connect(), wait);
    this.events.broken(wait);
  }
}
