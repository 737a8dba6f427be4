/**
 * Peer connections without a browser: an offer, its answer and one candidate each way open the channel between the two
 * that made them. What one side sends comes to the other in a microtask, in order.
 */
type Handler = ((event: never) => void) | null;

export class FakeChannel {
  readyState: RTCDataChannelState = "connecting";
  binaryType: BinaryType = "blob";
  bufferedAmount = 0;
  bufferedAmountLowThreshold = 0;
  onopen: Handler = null;
  onclose: Handler = null;
  onmessage: ((event: MessageEvent) => void) | null = null;
  onbufferedamountlow: Handler = null;
  other: FakeChannel | null = null;
  sent: Uint8Array[] = [];

  send(data: Uint8Array): void {
    if (this.readyState !== "open") throw new Error("the channel is not open");
    this.sent.push(data);
    const { other } = this;
    queueMicrotask(() => other?.onmessage?.({ data: data.slice().buffer } as MessageEvent));
  }

  open(other: FakeChannel): void {
    this.other = other;
    this.readyState = "open";
    queueMicrotask(() => this.onopen?.(undefined as never));
  }

  close(): void {
    if (this.readyState === "closed") return;
    this.readyState = "closed";
    queueMicrotask(() => this.onclose?.(undefined as never));
    this.other?.close();
  }
}

/** All connections of a test; `cut` ones never open. */
export class FakeNetwork {
  readonly made: FakeConnection[] = [];
  cut = false;

  readonly connect = (): RTCPeerConnection => {
    const connection = new FakeConnection(this, this.made.length);
    this.made.push(connection);
    return connection as unknown as RTCPeerConnection;
  };

  get alive(): FakeConnection[] {
    return this.made.filter(({ connectionState }) => connectionState !== "closed");
  }
}

export class FakeConnection {
  readonly channel = new FakeChannel();
  connectionState: RTCPeerConnectionState = "new";
  localDescription: { type: string; sdp: string } | null = null;
  onicecandidate: Handler = null;
  onconnectionstatechange: (() => void) | null = null;
  private remote: number | null = null;
  private candidates = 0;

  constructor(
    private readonly network: FakeNetwork,
    private readonly number: number,
  ) {}

  createDataChannel(): FakeChannel {
    return this.channel;
  }

  async setLocalDescription(): Promise<void> {
    this.localDescription = { type: this.remote === null ? "offer" : "answer", sdp: String(this.number) };
    const candidate = { toJSON: () => ({ candidate: String(this.number) }) };
    queueMicrotask(() => queueMicrotask(() => queueMicrotask(() => this.onicecandidate?.({ candidate } as never))));
  }

  async setRemoteDescription({ type, sdp }: { type: string; sdp: string }): Promise<void> {
    if (this.remote !== null || (type === "answer") !== (this.localDescription?.type === "offer"))
      throw new Error(`an ${type} cannot be set now`);
    this.remote = Number(sdp);
  }

  async addIceCandidate({ candidate }: { candidate: string }): Promise<void> {
    if (this.remote === null) throw new Error("a candidate before the description");
    if (Number(candidate) !== this.remote) throw new Error("a candidate of another connection");
    this.candidates += 1;
    const other = this.network.made[this.remote];
    if (this.network.cut || !other || other.candidates === 0 || other.remote !== this.number) return;
    this.channel.open(other.channel);
    other.channel.open(this.channel);
  }

  fail(): void {
    this.connectionState = "failed";
    this.onconnectionstatechange?.();
  }

  close(): void {
    this.connectionState = "closed";
    this.channel.close();
  }
}
