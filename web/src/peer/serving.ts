import type { Frame } from "../wire/frames.ts";
import { type BlockId, FRAME_LIMIT, FrameType, INITIAL_CREDIT, type Item, type Request } from "../wire/messages.ts";
import type { BlockStore } from "./block_store.ts";

interface Stream {
  stream: number;
  /** What is still to be sent, first things first. A number is a segment that lies on disk. */
  items: { id: BlockId; item: Item; parts: (Uint8Array | number)[] }[];
  /** Where the first part of the first item stands. */
  at: number;
  announced: boolean;
  /** The first part is on its way from disk. */
  reading: boolean;
  credit: number;
}

/** A request may name this many blocks; more is no request of ours. */
const ITEM_LIMIT = 100_000;
/** So many requests are served at a time; more are refused, for each holds its blocks in memory. */
const STREAM_LIMIT = 1_000;

/**
 * The holder's side of block transfers (`wire/blocks.py`): frames in, frames out, no socket and no clock.
 *
 * A stream sends no more bytes than its requester gave credit for, so a slow reader costs nothing but its stream.
 */
export class Serving {
  private readonly streams = new Map<number, Stream>();

  /**
   * @param store where the blocks are
   * @param send takes each frame that goes out
   * @param served is told the bytes of each DATA frame
   */
  constructor(
    private readonly store: BlockStore,
    private readonly send: (frame: Frame) => void,
    private readonly served: (bytes: number) => void = () => {},
  ) {}

  /** Whether nothing is being served. */
  get idle(): boolean {
    return this.streams.size === 0;
  }

  /** Takes a REQUEST, CREDIT or CANCEL; other frames are for the requester's side. */
  take(frame: Frame): void {
    if (frame.type === FrameType.REQUEST) this.open(frame.stream, frame.request);
    else if (frame.type === FrameType.CANCEL) this.streams.delete(frame.stream);
    else if (frame.type === FrameType.CREDIT) {
      const stream = this.streams.get(frame.stream);
      if (!stream) return;
      stream.credit += frame.bytes;
      this.flow(stream);
    }
  }

  /** Forgets all streams: the socket broke. */
  reset(): void {
    this.streams.clear();
  }

  private open(number: number, request: Request): void {
    if (request.items.length > ITEM_LIMIT || this.streams.size >= STREAM_LIMIT)
      return this.refuse(number, "limit", "more is asked for than this volunteer serves at a time");
    if (this.streams.has(number)) return this.refuse(number, "limit", `stream ${number} is being served already`);
    const items: Stream["items"] = [];
    for (const [index, [id, wanted]] of request.items.entries()) {
      if (!this.store.passes.opens(id[0], request.passes))
        return this.refuse(number, "not_allowed", `no pass for block ${id.join("/")} was shown`);
      const block = this.store.get(id);
      if (!block) return this.refuse(number, "unavailable", `block ${id.join("/")} is not here`);
      const segments = wanted ?? [...block.sizes.keys()];
      const sizes = segments.map((segment) => block.sizes[segment]);
      if (!sizes.every((size) => size !== undefined))
        return this.refuse(number, "unavailable", `block ${id.join("/")} has ${block.sizes.length} segments`);
      const parts = segments.map((segment) => this.store.segment(id, segment) ?? segment);
      items.push({ id, item: { index, sizes, hashes: block.hashes }, parts });
    }
    const stream: Stream = { stream: number, items, at: 0, announced: false, reading: false, credit: INITIAL_CREDIT };
    this.streams.set(number, stream);
    this.flow(stream);
  }

  private flow(stream: Stream): void {
    for (let first = stream.items[0]; first; first = stream.items[0]) {
      if (!stream.announced) this.send({ type: FrameType.ITEM, stream: stream.stream, item: first.item });
      stream.announced = true;
      for (let part = first.parts[0]; part !== undefined; part = first.parts[0]) {
        if (typeof part === "number") return void this.read(stream, first.id, part);
        if (stream.at < part.length) {
          const size = Math.min(FRAME_LIMIT, part.length - stream.at, stream.credit);
          if (size === 0) return;
          const data = part.subarray(stream.at, stream.at + size);
          stream.at += size;
          stream.credit -= size;
          this.served(size);
          this.send({ type: FrameType.DATA, stream: stream.stream, data });
        } else {
          first.parts.shift();
          stream.at = 0;
        }
      }
      stream.items.shift();
      stream.announced = false;
    }
    this.streams.delete(stream.stream);
    this.send({ type: FrameType.END, stream: stream.stream });
  }

  /** Brings one segment from disk, one at a time in each stream, and goes on from there. */
  private async read(stream: Stream, id: BlockId, segment: number): Promise<void> {
    if (stream.reading) return;
    stream.reading = true;
    const data = await this.store.read(id, segment);
    stream.reading = false;
    const [first] = stream.items;
    if (this.streams.get(stream.stream) !== stream || !first) return;
    if (data) {
      first.parts[0] = data;
      return this.flow(stream);
    }
    this.streams.delete(stream.stream);
    this.refuse(stream.stream, "unavailable", `block ${id.join("/")} is not here any more`);
  }

  private refuse(stream: number, code: string, reason: string): void {
    this.send({ type: FrameType.REFUSED, stream, refusal: { code, reason } });
  }
}
