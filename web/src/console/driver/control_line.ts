import { type ReadonlySignal, signal } from "@preact/signals";
import type { Runtime } from "../../frame/protocol.ts";
import { socketAddress } from "../../peer/addresses.ts";
import type { BlockStore } from "../../peer/block_store.ts";
import { BytesCounter } from "../../peer/bytes_moved.ts";
import { FetchError, type Order, type Transfer } from "../../peer/fetching.ts";
import { LastingSession } from "../../peer/lasting_session.ts";
import type { OpenSocket } from "../../peer/session.ts";
import { canConnect, Ways } from "../../peer/ways.ts";
import { pythonOf, versionOf } from "../../sandbox/runtime.ts";
import {
  type FromDriver,
  type Hello,
  type Notebook,
  PROTOCOL,
  type ToDriver,
  type Welcome,
} from "../../wire/messages.ts";
import type { DriverLine } from "../kernel.ts";

/** How the page stands with its coordinator. */
export type LineState =
  | { is: "connecting" }
  | { is: "open" }
  /** It comes back by itself. */
  | { is: "gone" }
  /** Another console has the notebook. Only its person may take it back, by opening the page anew. */
  | { is: "taken-over" }
  | { is: "refused"; code: string; reason: string };

/** A session that is open: what a Python of this page begins with. */
export interface Opened {
  /** The coordinator's `Welcome`, packed as it came. */
  welcome: Uint8Array;
  application: string;
  /** No node, broadcast or shuffle, and no request, of the application ever had this number or a higher one. */
  firstFree: number;
}

/** What the kernel hears of the line. */
export interface LineEvents {
  /** A new session: nothing of an earlier one's application goes on under it but its jobs. */
  opened(session: Opened): void;
  /** The session that broke was taken up again. */
  again(): void;
  /** A message of the coordinator's that concerns Python, packed as it came. */
  message(bytes: Uint8Array): void;
  /** It is over for good. */
  over(): void;
}

/** What the coordinator says to Python; the rest is the page's. */
const FOR_PYTHON: readonly ToDriver["type"][] = [
  ..."Refused Accepted Watched Progress Updates ResultsReady JobDone JobFailed TaskOutput Jobs Volunteers".split(" "),
] as ToDriver["type"][];

/**
 * The console's way to the coordinator: the control session, which outlives its connections, and the ways to other
 * peers' blocks, which last as long as a connection.
 */
export class ControlLine implements DriverLine {
  readonly state: ReadonlySignal<LineState>;
  private readonly now = signal<LineState>({ is: "connecting" });
  private readonly listeners = new Set<(message: ToDriver) => void>();
  private readonly session: LastingSession;
  private ways: Ways | null = null;
  /** What came over the relay the coordinator has counted itself. */
  private readonly bytesMoved = new BytesCounter((message) => this.session.say(message));
  private welcome: { welcome: Welcome; bytes: Uint8Array } | null = null;
  private opened: Opened | null = null;
  /** The latest news of the swarm, for a Python that starts later. */
  private volunteers: Uint8Array | null = null;

  constructor(
    private readonly token: string,
    private readonly runtime: Runtime,
    private readonly store: BlockStore,
    private readonly events: LineEvents,
    private readonly openSocket?: OpenSocket,
  ) {
    this.state = this.now;
    this.session = this.newSession();
  }

  connect(): void {
    this.session.connect();
  }

  /** The session that is open, or may be taken up again; null before the first and after the end. */
  get current(): Opened | null {
    return this.opened;
  }

  /** What a Python has to hear first, after its `open`. */
  get news(): Uint8Array | null {
    return this.volunteers;
  }

  say(message: FromDriver): void {
    this.session.say(message);
  }

  /** Throws where the message is over the limit. */
  sayPacked(bytes: Uint8Array<ArrayBuffer>): void {
    this.session.sayPacked(bytes);
  }

  hear(listener: (message: ToDriver) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** Fetches blocks from one holder. */
  fetch(holder: string, orders: Order[]): Pick<Transfer, "arrivals" | "cancel"> {
    if (this.ways) return this.ways.fetch(holder, orders);
    const { block } = orders[0] as Order;
    const gone = new FetchError(block, holder, "this page's session broke off", false, true);
    return { arrivals: Promise.reject(gone), cancel: () => {} };
  }

  /** The network is back, so do not wait longer. */
  online(): void {
    this.session.retryNow();
  }

  end(): void {
    this.leaveWays();
    this.session.end();
  }

  private newSession(): LastingSession {
    return new LastingSession(
      socketAddress("/socket"),
      {
        hello: () => this.hello(),
        opened: (welcome, bytes, again) => this.welcomed(welcome, bytes, again),
        message: (message, bytes) => this.take(message, bytes),
        heard: () => this.ways?.tick(),
        broken: () => {
          this.leaveWays();
          this.now.value = { is: this.opened ? "gone" : "connecting" };
        },
        refused: ({ code, reason }) => {
          this.leaveWays();
          this.opened = null;
          const replaced = code === "taken_over" || code === "replaced";
          this.now.value = replaced ? { is: "taken-over" } : { is: "refused", code, reason };
          this.events.over();
        },
      },
      this.openSocket,
    );
  }

  private hello(): Hello {
    return {
      type: "Hello",
      token: this.token,
      role: "driver",
      protocol: PROTOCOL,
      version: versionOf(this.runtime),
      python: pythonOf(this.runtime),
      kind: "console",
      application: "notebook",
      capabilities: canConnect() ? ["webrtc"] : [],
    };
  }

  private welcomed(welcome: Welcome, bytes: Uint8Array, again: boolean): void {
    this.leaveWays();
    this.ways = new Ways(
      welcome,
      {
        hello: this.hello(),
        store: this.store,
        direct: { received: (bytes, application) => this.bytesMoved.add(application, bytes), served: () => {} },
        relayed: { received: () => {}, served: () => {} },
        send: (signal) => this.session.say(signal),
        mayConnect: canConnect() && !welcome.relay_only,
      },
      this.openSocket,
    );
    if (again && this.opened) {
      this.now.value = { is: "open" };
      this.events.again();
    } else {
      // The notebook comes next, and with it what a Python has to know.
      this.opened = null;
      this.volunteers = null;
      this.welcome = { welcome, bytes };
    }
    this.spread(welcome);
  }

  private take(message: ToDriver, bytes: Uint8Array): void {
    if (message.type === "Pass") return this.store.passes.learn(message.application, message.secret);
    if (message.type === "Holders") return this.ways?.learn(message);
    if (message.type === "Signal") return this.ways?.take(message);
    if (message.type === "Notebook") this.begin(message);
    if (message.type === "Volunteers") this.volunteers = bytes;
    if (FOR_PYTHON.includes(message.type)) this.events.message(bytes);
    this.spread(message);
  }

  private begin({ next_node, next_request }: Notebook): void {
    if (!this.welcome || this.opened) return;
    const { welcome, bytes } = this.welcome;
    this.opened = {
      welcome: bytes,
      application: welcome.application ?? "",
      firstFree: Math.max(next_node, next_request),
    };
    this.now.value = { is: "open" };
    this.events.opened(this.opened);
  }

  private spread(message: ToDriver): void {
    for (const listener of [...this.listeners]) listener(message);
  }

  private leaveWays(): void {
    this.ways?.end();
    this.ways = null;
    this.bytesMoved.reset();
  }
}
