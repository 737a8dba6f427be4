// The same good and bad messages that Python is tested against: tests/wire/write_vectors.py writes them.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { BadMessage, readMessage } from "./check.ts";
import { encodeMessage, type Tagged } from "./codec.ts";
import { type Frame, readFrame, writeFrame } from "./frames.ts";
import { directions, FrameType } from "./messages.ts";

interface MessageVector {
  name: string;
  direction: "Hello" | keyof typeof directions;
  hex: string;
  message: Tagged | null;
}

interface FrameVector {
  name: string;
  type: number;
  stream: number;
  hex: string;
  body: unknown;
}

function vectors<T>(file: string): [string, T][] {
  const text = readFileSync(new URL(`../../../tests/wire/vectors/${file}`, import.meta.url), "utf8");
  const read = JSON.parse(text, (_, value) =>
    typeof value === "object" && value !== null && "$bytes" in value ? fromHex(value.$bytes) : value,
  ) as (T & { name: string })[];
  return read.map((vector) => [vector.name, vector]);
}

function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}

test.each(vectors<MessageVector>("messages.json"))("%s", (_, { direction, hex, message }) => {
  const types = direction === "Hello" ? ["Hello"] : directions[direction];
  if (message === null) return expect(() => readMessage(fromHex(hex), types)).toThrow(BadMessage);
  expect(readMessage(fromHex(hex), types)).toEqual(message);
  expect(readMessage(encodeMessage(message), types)).toEqual(message);
});

/** What is in a frame beside its header, as the vectors write it. */
function bodyOf(frame: Frame): unknown {
  if (frame.type === FrameType.REQUEST) return frame.request;
  if (frame.type === FrameType.ITEM) return frame.item;
  if (frame.type === FrameType.REFUSED) return frame.refusal;
  if (frame.type === FrameType.DATA) return frame.data;
  if (frame.type === FrameType.CREDIT) {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, frame.bytes);
    return bytes;
  }
  return new Uint8Array(0);
}

test.each(vectors<FrameVector>("frames.json"))("frame %s", (_, { hex, type, stream, body }) => {
  if (body === null) return expect(() => readFrame(fromHex(hex))).toThrow(BadMessage);
  const frame = readFrame(fromHex(hex));
  expect([frame.type, frame.stream, bodyOf(frame)]).toEqual([type, stream, body === "" ? new Uint8Array(0) : body]);
  expect(readFrame(writeFrame(frame))).toEqual(frame);
});
