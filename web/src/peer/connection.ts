import type { Signal } from "../wire/messages.ts";
import type { BlockStore } from "./block_store.ts";
import { DataChannel } from "./data_channel.ts";
import type { Moved } from "./exchange.ts";

/** What a signal's data says (`Signal` in wire/messages.py). */
export interface SignalData {
  /** The name of the attempt that this belongs to; the peer that offers makes it up. */
  attempt: string;
  sdp?: string;
  candidate?: RTCIceCandidateInit;
}

/** What a connection tells of itself. */
export interface ConnectionEvents {
  signal(kind: Signal["kind"], data: SignalData): void;
  opened(): void;
  /** Once, whatever ended it. `graceful`: the other side needed the room, and nothing is wrong with the way. */
  closed(reason: string, graceful: boolean): void;
}

/**
 * A connection on which nothing moved for so many ms may be closed for another one. Any less, and a shuffle among more
 * tabs than a tab keeps connections to would spend its connections for life within minutes, and gain nothing by it.
 */
export const IDLE_AFTER = 30_000;
/** Both ends make the one channel themselves, so that only offers can cross and never channels. */
const CHANNEL: RTCDataChannelInit = { negotiated: true, id: 0, ordered: true };

/**
 * One connection to one peer, from its offer to its end, with one ordered, reliable channel in it.
 *
 * An attempt is never mended or taken back: the next one is a new connection under a new name, and signals that belong
 * to an older one are told by theirs.
 */
export class Connection {
  readonly channel: DataChannel;
  private readonly raw: RTCDataChannel;
  private state: "opening" | "open" | "closed" = "opening";
  /** An offer is made and its answer has not come. */
  private offering = false;
  private steps: Promise<void> = Promise.resolve();

  constructor(
    private readonly connection: RTCPeerConnection,
    private readonly attempt: string,
    store: BlockStore,
    moved: Moved,
    private readonly events: ConnectionEvents,
  ) {
    this.raw = connection.createDataChannel("blocks", CHANNEL);
    this.channel = new DataChannel(this.raw, store, moved, (reason) => this.end(reason));
    this.raw.onopen = () => this.open();
    this.raw.onclose = () => this.close("the other side closed the data channel", true);
    connection.onicecandidate = ({ candidate }) => {
      if (candidate && this.state === "opening")
        this.events.signal("candidate", { attempt: this.attempt, candidate: candidate.toJSON() });
    };
    connection.onconnectionstatechange = () => {
      const { connectionState } = connection;
      if (connectionState === "failed" || connectionState === "disconnected" || connectionState === "closed")
        this.end(`the connection is ${connectionState}`);
    };
  }

  get isOpen(): boolean {
    return this.state === "open";
  }

  /** Whether it is open and nothing has moved over it for a while. */
  get idle(): boolean {
    return this.isOpen && this.channel.quiet >= IDLE_AFTER;
  }

  /** Whether an offer is made that has no answer yet, so that an offer of the other side's crosses it. */
  get awaitsAnswer(): boolean {
    return this.offering && this.state === "opening";
  }

  /** Begins it from this side. */
  offer(): void {
    this.offering = true;
    this.step(async () => {
      await this.connection.setLocalDescription();
      this.describe("offer");
    });
  }

  /** Begins it from the other side's offer. */
  answer(sdp: string): void {
    this.step(async () => {
      await this.connection.setRemoteDescription({ type: "offer", sdp });
      await this.connection.setLocalDescription();
      this.describe("answer");
    });
  }

  /** Takes what the other side says of this attempt; what it says of another one is passed over. */
  take(kind: Signal["kind"], data: SignalData): void {
    if (data.attempt !== this.attempt) return;
    if (kind === "end") return this.close("the other side ended it", this.isOpen);
    if (kind === "answer" && this.awaitsAnswer) {
      this.offering = false;
      this.step(() => this.connection.setRemoteDescription({ type: "answer", sdp: data.sdp ?? "" }));
    }
    // A candidate that cannot be used (of a network that this side has not got, say) is no reason to give up.
    if (kind === "candidate" && data.candidate)
      this.step(() => this.connection.addIceCandidate(data.candidate).catch(() => {}));
  }

  /** Ends it and tells the other side. `graceful`: nothing is wrong with the way. */
  end(reason: string, graceful = false): void {
    if (this.state === "closed") return;
    this.events.signal("end", { attempt: this.attempt });
    this.close(reason, graceful);
  }

  /** It is over; the other side knows, or need not. */
  close(reason: string, graceful = false): void {
    if (this.state === "closed") return;
    const wasOpen = this.isOpen;
    this.state = "closed";
    this.raw.onopen = null;
    this.raw.onclose = null;
    this.connection.onicecandidate = null;
    this.connection.onconnectionstatechange = null;
    this.connection.close();
    this.channel.end(reason);
    this.events.closed(reason, graceful && wasOpen);
  }

  private describe(kind: "offer" | "answer"): void {
    this.events.signal(kind, { attempt: this.attempt, sdp: this.connection.localDescription?.sdp ?? "" });
  }

  private open(): void {
    if (this.state !== "opening") return;
    this.state = "open";
    this.events.opened();
  }

  /** Negotiation goes step by step, in the order in which signals came. */
  private step(next: () => Promise<void>): void {
    this.steps = this.steps.then(async () => {
      if (this.state === "closed") return;
      try {
        await next();
      } catch (error) {
        this.end(`it could not be negotiated: ${error instanceof Error ? error.message : error}`);
      }
    });
  }
}
