/**
 * How block bytes are framed: `type: u8, stream: u32` (big-endian), then the body. `src/tabswarm/wire/blocks.py` is
 * the definition and says which frame answers which; this is the same for pages.
 */
import { BadMessage, readStruct } from "./check.ts";
import { encodeValue } from "./codec.ts";
import { FRAME_HEADER, FRAME_LIMIT, FrameType, type Item, type Refusal, type Request } from "./messages.ts";

export const HASH_SIZE = 16;

export type Frame =
  | { type: typeof FrameType.REQUEST; stream: number; request: Request }
  | { type: typeof FrameType.ITEM; stream: number; item: Item }
  | { type: typeof FrameType.DATA; stream: number; data: Uint8Array }
  | { type: typeof FrameType.CREDIT; stream: number; bytes: number }
  | { type: typeof FrameType.END; stream: number }
  | { type: typeof FrameType.REFUSED; stream: number; refusal: Refusal }
  | { type: typeof FrameType.CANCEL; stream: number };

export function writeFrame(frame: Frame): Uint8Array<ArrayBuffer> {
  const body = bodyOf(frame);
  const bytes = new Uint8Array(FRAME_HEADER + body.length);
  bytes[0] = frame.type;
  new DataView(bytes.buffer).setUint32(1, frame.stream);
  bytes.set(body, FRAME_HEADER);
  return bytes;
}

function bodyOf(frame: Frame): Uint8Array {
  switch (frame.type) {
    case FrameType.REQUEST:
      return encodeValue(frame.request);
    case FrameType.ITEM:
      return encodeValue(frame.item);
    case FrameType.DATA:
      return frame.data;
    case FrameType.CREDIT: {
      const body = new Uint8Array(4);
      new DataView(body.buffer).setUint32(0, frame.bytes);
      return body;
    }
    case FrameType.REFUSED:
      return encodeValue(frame.refusal);
    case FrameType.END:
    case FrameType.CANCEL:
      return new Uint8Array(0);
  }
}

/** Reads one frame; throws a `BadMessage` where it is not one. The data of a DATA frame is a view, not a copy. */
export function readFrame(bytes: Uint8Array): Frame {
  if (bytes.length < FRAME_HEADER) throw new BadMessage(`a frame of ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const type = view.getUint8(0);
  const stream = view.getUint32(1);
  const body = bytes.subarray(FRAME_HEADER);
  switch (type) {
    case FrameType.REQUEST:
      return { type, stream, request: readStruct<Request>("Request", body) };
    case FrameType.ITEM: {
      const item = readStruct<Item>("Item", body);
      if (item.hashes.length % HASH_SIZE !== 0 || item.sizes.some((size) => !Number.isSafeInteger(size) || size < 0))
        throw new BadMessage("an ITEM frame with impossible sizes or hashes");
      return { type, stream, item };
    }
    case FrameType.DATA:
      if (body.length === 0 || body.length > FRAME_LIMIT) throw new BadMessage(`a DATA frame of ${body.length} bytes`);
      return { type, stream, data: body };
    case FrameType.CREDIT:
      if (body.length !== 4) throw new BadMessage(`a CREDIT frame of ${body.length} bytes`);
      return { type, stream, bytes: view.getUint32(FRAME_HEADER) };
    case FrameType.REFUSED:
      return { type, stream, refusal: readStruct<Refusal>("Refusal", body) };
    case FrameType.END:
    case FrameType.CANCEL:
      if (body.length !== 0) throw new BadMessage(`a frame of type ${type} with a body`);
      return { type, stream };
    default:
      throw new BadMessage(`a frame of the unknown type ${type}`);
  }
}
