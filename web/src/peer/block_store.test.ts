import { expect, test } from "vitest";
import type { BlockId } from "../wire/messages.ts";
import { BlockStore, type StoredBlock } from "./block_store.ts";

const id = (partition: number, application = "a1", generation = 0): BlockId => [
  application,
  "map",
  7,
  partition,
  generation,
];
const block = (of: BlockId, ...sizes: number[]): StoredBlock => {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return {
    id: of,
    data: Uint8Array.from({ length: total }, (_, index) => index),
    sizes,
    hashes: new Uint8Array(16 * sizes.length),
  };
};

test("each segment is found by its number, empty ones too", () => {
  const store = new BlockStore(100);
  store.put([block(id(0), 3, 0, 2)]);
  expect([0, 1, 2, 3].map((segment) => store.segment(id(0), segment))).toEqual([
    Uint8Array.of(0, 1, 2),
    new Uint8Array(0),
    Uint8Array.of(3, 4),
    undefined,
  ]);
});

test("blocks go in all or none, and never past the budget", () => {
  const store = new BlockStore(10);
  expect(store.put([block(id(0), 6), block(id(1), 5)])).toBe(false);
  expect(store.count).toBe(0);
  expect(store.put([block(id(0), 6), block(id(1), 4)])).toBe(true);
  expect(store.put([block(id(2), 1)])).toBe(false);
  expect(store.bytes).toBe(10);
});

test("the same block again takes the older one's place and room", () => {
  const store = new BlockStore(10);
  store.put([block(id(0), 8)]);
  expect(store.put([block(id(0), 9)])).toBe(true);
  expect([store.count, store.bytes]).toEqual([1, 9]);
});

test("another generation is another block", () => {
  const store = new BlockStore(10);
  store.put([block(id(0), 1)]);
  expect(store.has(id(0, "a1", 1))).toBe(false);
});

test("an application's end frees its blocks and no other's", () => {
  const store = new BlockStore(10);
  store.put([block(id(0), 1), block(id(0, "a11"), 2)]);
  store.dropAll("a1");
  expect([store.has(id(0)), store.has(id(0, "a11")), store.bytes]).toEqual([false, true, 2]);
  store.dropAll();
  expect([store.count, store.bytes]).toEqual([0, 0]);
});

test("dropping what is not there does nothing", () => {
  const store = new BlockStore(10);
  store.drop(id(5));
  expect(store.bytes).toBe(0);
});
