import { expect, test } from "vitest";
import { BadMessage } from "./check.ts";
import { type Frame, readFrame, writeFrame } from "./frames.ts";
import { FRAME_LIMIT, FrameType } from "./messages.ts";

const frames: Frame[] = [
  {
    type: FrameType.REQUEST,
    stream: 1,
    request: {
      holder: "p2",
      items: [
        [
          ["a1", "map", 7, 3, 0],
          [1, 2],
        ],
        [["a1", "rdd", 2, 0, 0], null],
      ],
      passes: { a1: "sesame" },
    },
  },
  {
    type: FrameType.ITEM,
    stream: 0xffffffff,
    item: { index: 0, sizes: [0, 70_000], hashes: new Uint8Array(32).fill(9) },
  },
  { type: FrameType.DATA, stream: 2, data: Uint8Array.of(1, 2, 3) },
  { type: FrameType.CREDIT, stream: 2, bytes: 0xfffffffe },
  { type: FrameType.END, stream: 2 },
  { type: FrameType.REFUSED, stream: 2, refusal: { code: "unavailable", reason: "gone" } },
  { type: FrameType.CANCEL, stream: 2 },
];

test.each(frames.map((frame) => [frame] as const))("frame %# reads back as it was written", (frame) => {
  expect(readFrame(writeFrame(frame))).toEqual(frame);
});

test("the header is a type byte and a big-endian stream number", () => {
  expect([...writeFrame({ type: FrameType.END, stream: 7 })]).toEqual([5, 0, 0, 0, 7]);
});

test.each([
  ["no header", [5, 0, 0, 0]],
  ["an unknown type", [9, 0, 0, 0, 1]],
  ["type 0", [0, 0, 0, 0, 1]],
  ["an END with a body", [5, 0, 0, 0, 1, 1]],
  ["a CREDIT of three bytes", [4, 0, 0, 0, 1, 1, 1, 1]],
  ["a DATA frame without data", [3, 0, 0, 0, 1]],
  ["an ITEM whose body is no msgpack", [2, 0, 0, 0, 1, 0xc1]],
  ["a REQUEST whose body is no request", [1, 0, 0, 0, 1, 0x80]],
])("%s is refused", (_, bytes) => {
  expect(() => readFrame(Uint8Array.from(bytes))).toThrow(BadMessage);
});

test("a DATA frame holds 64 KiB and not a byte more", () => {
  const data = (size: number) => writeFrame({ type: FrameType.DATA, stream: 1, data: new Uint8Array(size) });
  expect(readFrame(data(FRAME_LIMIT))).toMatchObject({ type: FrameType.DATA });
  expect(() => readFrame(data(FRAME_LIMIT + 1))).toThrow(BadMessage);
});

test("hashes come in whole ones, and no size is negative", () => {
  const item = (sizes: number[], hashes: number) =>
    writeFrame({ type: FrameType.ITEM, stream: 1, item: { index: 0, sizes, hashes: new Uint8Array(hashes) } });
  expect(() => readFrame(item([1], 15))).toThrow(BadMessage);
  expect(() => readFrame(item([-1], 16))).toThrow(BadMessage);
});
