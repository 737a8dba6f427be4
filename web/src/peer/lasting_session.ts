import { encodeMessage } from "../wire/codec.ts";
import {
  type FromDriver,
  type Hello,
  MESSAGE_LIMIT,
  type Ping,
  type Refused,
  type ToDriver,
  type Welcome,
} from "../wire/messages.ts";
import { DRIVER, type OpenSocket, Session } from "./session.ts";

/** What a driver's session tells of itself; each as it happens. */
export interface LastingEvents {
  /** How to introduce ourselves, asked anew for each try; the session adds its secret. */
  hello(): Hello;
  /** `again`: it is the session that broke; else it is a new one, and nobody knows what was said before. */
  opened(welcome: Welcome, bytes: Uint8Array, again: boolean): void;
  message(message: ToDriver, bytes: Uint8Array): void;
  heard?(): void;
  broken(): void;
  refused(refused: Pick<Refused, "code" | "reason">): void;
}

/** How often, at most, the coordinator is asked what it has taken, in ms. */
export const ASK_EVERY = 500;

/** What was said and is not known to be taken. */
interface Said {
  bytes: Uint8Array<ArrayBuffer>;
  /** A word on a connection between peers, which ends with the session's connection: it is not said again. */
  isSignal: boolean;
}

/**
 * A driver's control session that outlives its connections: each message is taken exactly once, wherever one breaks
 * (`transport/lasting_session.py` does the same for programs, and decision 86 says why).
 *
 *     said    in order; kept until the coordinator has taken it
 *     sent    on this connection
 *     taken   the coordinator says so: by a Pong to the Ping behind it, or after a break by the number in its Welcome
 */
export class LastingSession {
  private readonly session: Session<ToDriver, FromDriver>;
  private said: Said[] = [];
  private sent = 0;
  private taken = 0;
  /** Up to which message the coordinator was asked. */
  private asked = 0;
  private asking: ReturnType<typeof setTimeout> | undefined;
  private peer = "";
  private resume = "";

  constructor(
    url: string,
    private readonly events: LastingEvents,
    openSocket?: OpenSocket,
  ) {
    this.session = new Session<ToDriver, FromDriver>(
      DRIVER,
      url,
      {
        hello: () => ({ ...events.hello(), resume: this.resume }),
        opened: (welcome, bytes) => this.opened(welcome, bytes),
        message: (message, bytes) => this.take(message, bytes),
        heard: () => events.heard?.(),
        broken: () => {
          clearTimeout(this.asking);
          this.asking = undefined;
          events.broken();
        },
        refused: (refused) => events.refused(refused),
      },
      openSocket,
    );
  }

  connect(): void {
    this.session.connect();
  }

  /** Sends a message now, or as soon as there is a connection again. */
  say(message: FromDriver): void {
    this.sayPacked(encodeMessage(message), message.type === "Signal");
  }

  /** The same for one that is packed already, and is neither Ping nor Pong. Throws where it is over the limit: the
   * coordinator would end the session over it, again and again. */
  sayPacked(bytes: Uint8Array<ArrayBuffer>, isSignal = false): void {
    if (bytes.length > MESSAGE_LIMIT) throw new RangeError(`a message of ${bytes.length} bytes`);
    this.said.push({ bytes, isSignal });
    this.flush();
  }

  /** Tries again at once, e.g. when the network is back. */
  retryNow(): void {
    this.session.retryNow();
  }

  /** Ends it for good. */
  end(): void {
    clearTimeout(this.asking);
    this.session.end();
  }

  private opened(welcome: Welcome, bytes: Uint8Array): void {
    const again = welcome.peer === this.peer;
    const first = this.peer === "";
    this.peer = welcome.peer;
    this.resume = welcome.resume;
    this.sent = 0;
    this.asked = 0;
    if (again) {
      this.wereTaken(welcome.heard ?? 0);
      this.said = this.said.filter(({ isSignal }) => !isSignal);
    } else {
      // What was said to a session that nobody remembers was said of things that are gone with it.
      if (!first) this.said = [];
      this.taken = welcome.heard ?? 0;
    }
    this.events.opened(welcome, bytes, again);
    this.flush();
  }

  private take(message: ToDriver, bytes: Uint8Array): void {
    if (message.type !== "Pong") return this.events.message(message, bytes);
    this.wereTaken(message.number);
    this.ask();
  }

  private flush(): void {
    for (let next = this.said[this.sent]; next; next = this.said[this.sent]) {
      if (!this.session.sendPacked(next.bytes)) return;
      this.sent += 1;
    }
    this.ask();
  }

  /** Asks, in a moment, how much of what was sent is taken. */
  private ask(): void {
    if (this.sent === 0 || this.asking !== undefined) return;
    this.asking = setTimeout(() => {
      this.asking = undefined;
      const behind = this.taken + this.sent;
      if (behind <= this.asked) return;
      const ping: Ping = { type: "Ping", number: behind };
      if (this.session.sendPacked(encodeMessage(ping))) this.asked = behind;
    }, ASK_EVERY);
  }

  /** So many of all that was ever said in this session the coordinator has taken. */
  private wereTaken(count: number): void {
    const fresh = Math.min(Math.max(0, count - this.taken), this.said.length);
    this.said.splice(0, fresh);
    this.taken += fresh;
    this.sent = Math.max(0, this.sent - fresh);
  }
}
