import { type Holders, SIGNAL_LIMIT, type Signal } from "../wire/messages.ts";
import type { BlockStore } from "./block_store.ts";
import { Connection, type SignalData } from "./connection.ts";
import type { Carrier, Moved } from "./exchange.ts";
import { Pool } from "./pool.ts";

/** A first try that is not open after so many ms: relay, and go on trying. */
export const PATIENCE = 3_000;
/** A try that is not open after so many ms has failed. */
export const TRY_LIMIT = 15_000;
/** How long to wait after the n-th failure in a row (from 1): 5 s, 10 s, 20 s ... up to 5 min, give or take a half. */
export const RETRY_FIRST = 5_000;
const RETRY_MOST = 300_000;
/** Offers of one peer that are answered in a session: each costs a connection, and a tab has only so many in its life. */
export const MOST_ANSWERED = 60;

/** What the direct way needs of the tab around it. */
export interface DirectSurroundings {
  /** This peer's own id. */
  me: string;
  store: BlockStore;
  moved: Moved;
  send(signal: Signal): void;
  /** Makes a connection; null where the browser has none to give. */
  connect: (() => RTCPeerConnection) | null;
  random?: () => number;
}

/** How it stands with one peer, beside the connection that there may be. */
interface Standing {
  failures: number;
  /** When the next try may be, in ms of `performance.now()`. */
  retry: number;
  /** Somebody was sent to the relay since the last try. */
  wanted: boolean;
  began: number;
  /** How many of its offers were answered. */
  answered: number;
  timer: ReturnType<typeof setTimeout> | undefined;
  waiting: { until: number; settle: (carrier: Carrier | null) => void }[];
}

/**
 * The connections of this tab: opened on need, reused, given up when idle and others need the room.
 *
 * `reach` decides between direct and relay. Who cannot (no WebRTC on either side, no room): relay at once. A first try
 * gets 3 s; after that, and after any failure, fetches take the relay at once while tries go on behind them, farther
 * and farther apart. A channel that opens is used from the next fetch on.
 */
export class Direct {
  private readonly pool = new Pool<Connection>();
  private readonly able = new Map<string, boolean>();
  private readonly standings = new Map<string, Standing>();
  private ended = false;

  constructor(private readonly around: DirectSurroundings) {}

  /** The coordinator tells who can what. */
  learn({ holders }: Holders): void {
    for (const [peer, , , capabilities] of holders) this.able.set(peer, capabilities.includes("webrtc"));
  }

  /** To whom a channel is open. */
  get connected(): readonly string[] {
    return this.pool.peers.filter((peer) => this.pool.get(peer)?.isOpen);
  }

  /** The open channel to a peer, at once or as soon as it is open; null: take the relay. */
  async reach(peer: string): Promise<Carrier | null> {
    if (this.ended || !this.around.connect || !this.able.get(peer)) return null;
    const connection = this.pool.get(peer);
    if (connection?.isOpen) {
      this.pool.touch(peer);
      return connection.channel;
    }
    const standing = this.standing(peer);
    const began = connection || (performance.now() >= standing.retry && this.open(peer));
    const patience = standing.began + PATIENCE - performance.now();
    if (!began || standing.failures > 0 || patience <= 0) {
      standing.wanted = true;
      return null;
    }
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.tick(), patience);
      const settle = (carrier: Carrier | null) => {
        clearTimeout(timer);
        resolve(carrier);
      };
      standing.waiting.push({ until: performance.now() + patience, settle });
    });
  }

  /**
   * Sends those to the relay who have waited long enough. In a hidden tab timers may come a minute late; what the
   * coordinator says each second does not, so each of its messages is a tick as well.
   */
  tick(): void {
    const now = performance.now();
    for (const standing of this.standings.values()) {
      if (standing.waiting.length === 0) continue;
      const late = standing.waiting.filter(({ until }) => until <= now);
      standing.waiting = standing.waiting.filter(({ until }) => until > now);
      for (const { settle } of late) settle(null);
    }
  }

  /** Takes a signal from another peer. */
  take({ peer, kind, data }: Signal): void {
    if (this.ended) return;
    const connection = this.pool.get(peer);
    if (!data) {
      // The coordinator's own: the offer did not get through.
      if (kind === "end" && connection?.awaitsAnswer) connection.close("the coordinator did not pass the offer on");
      return;
    }
    const said = readData(data);
    if (!said) return;
    if (kind === "offer") this.answer(peer, said, connection);
    else connection?.take(kind, said);
  }

  /** Ends all connections: the session is over. */
  end(): void {
    this.ended = true;
    for (const connection of this.pool.all) connection.close("this volunteer's session ended");
    for (const [peer, { timer }] of this.standings) {
      clearTimeout(timer);
      this.settle(peer, null);
    }
  }

  /**
   * The other side begins, or begins anew. Where two offers cross, the peer with the smaller id yields: it gives up its
   * own and answers, on a fresh connection (an offer taken back on the same one now and then never connects).
   */
  private answer(peer: string, said: SignalData, older: Connection | undefined): void {
    if (older?.awaitsAnswer && this.around.me > peer) return;
    if (older) {
      // Whoever waits goes on waiting, now for the new one.
      this.pool.remove(peer, older);
      older.close("the other side began anew");
    }
    const standing = this.standing(peer);
    const connection = standing.answered < MOST_ANSWERED ? this.make(peer, said.attempt) : null;
    if (connection) {
      standing.answered += 1;
      return connection.answer(said.sdp ?? "");
    }
    this.signal(peer, "end", { attempt: said.attempt });
    this.settle(peer, null);
  }

  private open(peer: string): boolean {
    const connection = this.make(peer, attemptName(this.around.random));
    connection?.offer();
    return connection !== null;
  }

  private make(peer: string, attempt: string): Connection | null {
    const { around, pool } = this;
    const spare = around.connect ? pool.room() : undefined;
    if (spare === undefined || !around.connect) return null;
    spare?.end("another peer needs the room", true);
    let raw: RTCPeerConnection;
    try {
      raw = around.connect();
    } catch (error) {
      console.warn("this browser gives no more connections:", error);
      return null;
    }
    const standing = this.standing(peer);
    clearTimeout(standing.timer);
    standing.began = performance.now();
    standing.wanted = false;
    const connection = new Connection(raw, attempt, around.store, around.moved, {
      signal: (kind, data) => this.signal(peer, kind, data),
      opened: () => this.opened(peer, connection),
      closed: (reason, graceful) => this.closed(peer, connection, reason, graceful),
    });
    standing.timer = setTimeout(() => connection.end(`it was not open after ${TRY_LIMIT / 1000} s`), TRY_LIMIT);
    pool.add(peer, connection);
    return connection;
  }

  private opened(peer: string, connection: Connection): void {
    const standing = this.standing(peer);
    clearTimeout(standing.timer);
    standing.failures = 0;
    this.pool.touch(peer);
    this.settle(peer, connection.channel);
  }

  private closed(peer: string, connection: Connection, reason: string, graceful: boolean): void {
    const isLatest = this.pool.get(peer) === connection;
    this.pool.remove(peer, connection);
    if (this.ended || !isLatest) return;
    const standing = this.standing(peer);
    clearTimeout(standing.timer);
    this.settle(peer, null);
    if (graceful) return;
    console.info(`no direct way to ${peer}: ${reason}`);
    standing.failures += 1;
    const wait = retryAfter(standing.failures, this.around.random);
    standing.retry = performance.now() + wait;
    standing.timer = setTimeout(() => {
      if (standing.wanted && !this.pool.get(peer)) this.open(peer);
    }, wait);
  }

  /** Those who wait for a way to this peer wait no longer. */
  private settle(peer: string, carrier: Carrier | null): void {
    for (const { settle } of this.standing(peer).waiting.splice(0)) settle(carrier);
  }

  private signal(peer: string, kind: Signal["kind"], data: SignalData): void {
    const text = JSON.stringify(data);
    if (!this.ended && text.length <= SIGNAL_LIMIT) this.around.send({ type: "Signal", peer, kind, data: text });
  }

  private standing(peer: string): Standing {
    const known = this.standings.get(peer);
    if (known) return known;
    const fresh: Standing = {
      failures: 0,
      retry: 0,
      wanted: false,
      began: 0,
      answered: 0,
      timer: undefined,
      waiting: [],
    };
    this.standings.set(peer, fresh);
    return fresh;
  }
}

/** How long to wait for the next try after so many failures in a row. */
export function retryAfter(failures: number, random: () => number = Math.random): number {
  return Math.min(RETRY_MOST, RETRY_FIRST * 2 ** Math.min(failures - 1, 10)) * (0.5 + random());
}

/** A name that no other attempt between two peers has; it is no secret. */
function attemptName(random: () => number = Math.random): string {
  return random().toString(36).slice(2);
}

/** A stranger's words: what has not the shape of a signal's data is none. */
function readData(text: string): SignalData | null {
  let data: Partial<Record<keyof SignalData, unknown>> | null;
  try {
    data = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof data !== "object" || data === null || typeof data.attempt !== "string") return null;
  const said: SignalData = { attempt: data.attempt };
  if (typeof data.sdp === "string") said.sdp = data.sdp;
  if (typeof data.candidate === "object" && data.candidate !== null) said.candidate = data.candidate;
  return said;
}
