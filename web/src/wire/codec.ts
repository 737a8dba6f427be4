import { Decoder, encode } from "@msgpack/msgpack";

/**
 * msgpack as the coordinator speaks it (`wire/messages.py`): each message a map whose `type` names it.
 *
 * Whole numbers above 2^53 lose digits here. Only a task's own values can be that large, and those a page passes on
 * to Python as the bytes that came, unread.
 */
export interface Tagged {
  type: string;
}

export function encodeMessage<Message extends Tagged>(message: Message): Uint8Array<ArrayBuffer> {
  return encode(message, { ignoreUndefined: true });
}

/** Throws where the bytes are not one msgpack map with a `type`. */
export function decodeMessage(bytes: Uint8Array): Tagged {
  const data = decodeValue(bytes);
  if (typeof data !== "object" || data === null || !("type" in data) || typeof data.type !== "string")
    throw new Error("a message must be a map with a type");
  return data as Tagged;
}

/** The body of a block frame: any msgpack value. */
export function encodeValue(value: unknown): Uint8Array<ArrayBuffer> {
  return encode(value, { ignoreUndefined: true });
}

export function decodeValue(bytes: Uint8Array): unknown {
  return new StrictDecoder().decode(bytes);
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The library reads bytes that are no UTF-8 as some text or other; Python refuses them, and so does this. It reaches
 * into the library (its version is pinned), and the test vectors notice if that ever fails to bite.
 */
// @ts-expect-error: the method is private to the library's types
class StrictDecoder extends Decoder {
  override decodeUtf8String(this: { bytes: Uint8Array; pos: number }, length: number, header: number): string {
    const from = this.pos + header;
    if (this.bytes.length < from + length) throw new RangeError("text cut short");
    this.pos = from + length;
    return utf8.decode(this.bytes.subarray(from, from + length));
  }
}
