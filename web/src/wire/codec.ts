import { decode, encode } from "@msgpack/msgpack";

/**
 * msgpack as the coordinator speaks it (`wire/messages.py`): each message a map whose `type` names it.
 *
 * Whole numbers above 2^53 lose digits here. Only a task's own values can be that large, and those a page passes on
 * to Python as the bytes that came, unread.
 */
export interface Tagged {
  type: string;
}

export function encodeMessage(message: Tagged): Uint8Array<ArrayBuffer> {
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
  return decode(bytes);
}
