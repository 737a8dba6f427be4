import { expect, test, vi } from "vitest";
import type { BlockId } from "../wire/messages.ts";
import { BlockStore, type StoredBlock } from "./block_store.ts";
import type { Spill } from "./spill.ts";

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

test("without a disk blocks go in all or none, and never past twice the budget", () => {
  const store = new BlockStore(5);
  expect(store.put([block(id(0), 6), block(id(1), 5)])).toBe(false);
  expect(store.count).toBe(0);
  expect(store.put([block(id(0), 6), block(id(1), 4)])).toBe(true);
  expect(store.put([block(id(2), 1)])).toBe(false);
  expect(store.bytes).toBe(10);
});

test("the same block again takes the older one's place and room", () => {
  const store = new BlockStore(5);
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

/** A disk that a test can slow down, fill and break. */
class FakeSpill implements Spill {
  readonly files = new Map<string, Blob>();
  room = Number.POSITIVE_INFINITY;
  ended = false;
  /** While set, writes wait for it. */
  gate: Promise<void> | null = null;

  async write(name: string, data: Uint8Array): Promise<Blob> {
    const blob = new Blob([data.slice()]);
    await this.gate;
    if (this.room < data.length) throw new DOMException("no room", "QuotaExceededError");
    this.files.set(name, blob);
    return blob;
  }

  remove(name: string): void {
    this.files.delete(name);
  }

  end(): void {
    this.files.clear();
    this.ended = true;
  }
}

function spilling(budget: number, spill: FakeSpill | null = new FakeSpill()) {
  const lost: BlockId[] = [];
  const openSpill = vi.fn(async () => spill);
  const store = new BlockStore(budget, { openSpill, lost: (blocks) => void lost.push(...blocks) });
  return { store, spill: spill as FakeSpill, lost, openSpill };
}

const partition = (of: number): BlockId => ["a1", "rdd", 3, of, 0];

test("past the budget the least recently used blocks go to disk and are read from there, segment by segment", async () => {
  const { store, spill } = spilling(10);
  store.put([block(id(0), 3, 0, 2)]);
  store.put([block(id(1), 5)]);
  store.segment(id(0), 0);
  store.put([block(id(2), 5)]);
  await store.settled();
  expect([0, 1, 2].map((of) => store.segment(id(of), 0) === undefined)).toEqual([false, true, false]);
  store.put([block(id(3), 9)]);
  await store.settled();
  expect([store.bytes, store.bytesOnDisk, spill.files.size]).toEqual([24, 15, 3]);
  expect(await Promise.all([0, 1, 2, 3].map((segment) => store.read(id(0), segment)))).toEqual([
    Uint8Array.of(0, 1, 2),
    new Uint8Array(0),
    Uint8Array.of(3, 4),
    undefined,
  ]);
  expect(store.get(id(0))).toMatchObject({ sizes: [3, 0, 2], hashes: new Uint8Array(48) });
  expect(await store.read(id(3), 0)).toEqual(block(id(3), 9).data);
});

test("within the budget no disk is asked for", async () => {
  const { store, openSpill } = spilling(10);
  store.put([block(id(0), 10)]);
  await store.settled();
  expect(openSpill).not.toHaveBeenCalled();
});

test("what comes while a block is written is spilled as well, and the disk is opened once", async () => {
  const { store, spill, openSpill } = spilling(5);
  const { promise, resolve } = Promise.withResolvers<void>();
  spill.gate = promise;
  for (const of of [0, 1, 2, 3]) expect(store.put([block(id(of), 5)])).toBe(true);
  expect(store.segment(id(0), 0)?.length).toBe(5);
  resolve();
  await store.settled();
  expect([store.bytesOnDisk, openSpill.mock.calls.length]).toEqual([15, 1]);
});

test("a spilled block that is dropped leaves the disk, before it is written or after", async () => {
  const { store, spill } = spilling(4);
  store.put([block(id(0), 4), block(id(1), 4)]);
  await store.settled();
  store.drop(id(0));
  expect(spill.files.size).toBe(0);
  const { promise, resolve } = Promise.withResolvers<void>();
  spill.gate = promise;
  store.put([block(id(2), 4)]);
  store.drop(id(1));
  resolve();
  await store.settled();
  expect([spill.files.size, store.bytes, store.count]).toEqual([0, 4, 1]);
});

test("the end of the store is the end of its place on disk, even of one that opens late", async () => {
  const early = spilling(1);
  early.store.put([block(id(0), 2)]);
  await early.store.settled();
  early.store.end();
  expect([early.spill.ended, early.store.bytes]).toEqual([true, 0]);
  const late = spilling(1);
  late.store.put([block(id(0), 2)]);
  late.store.end();
  await late.store.settled();
  expect([late.spill.ended, late.spill.files.size]).toEqual([true, 0]);
});

test("a full disk leaves blocks in memory up to twice the budget, and is tried again", async () => {
  const { store, spill, lost } = spilling(10);
  spill.room = 0;
  store.put([block(id(0), 20)]);
  await store.settled();
  expect([store.isFull, store.segment(id(0), 0)?.length]).toEqual([true, 20]);
  expect(store.put([block(id(1), 1)])).toBe(false);
  expect([store.count, lost]).toEqual([1, []]);
  store.drop(id(0));
  spill.room = 100;
  expect(store.put([block(id(2), 15)])).toBe(true);
  await store.settled();
  expect([store.isFull, store.bytesOnDisk]).toEqual([false, 15]);
});

test("where nothing else helps, partitions are given up and told of, and map outputs are not", async () => {
  const { store, lost } = spilling(10, null);
  store.put([block(id(0), 8), block(partition(0), 4), block(partition(1), 4)]);
  await store.settled();
  expect(store.put([block(id(1), 7)])).toBe(true);
  expect(lost).toEqual([partition(0)]);
  expect([store.has(id(0)), store.has(partition(1)), store.bytes]).toEqual([true, true, 19]);
  expect(store.put([block(id(2), 20)])).toBe(false);
  expect(lost.length).toBe(1);
});

test("a block whose file is gone is lost, and told of", async () => {
  const { store, lost } = spilling(1);
  store.put([block(id(0), 2)]);
  await store.settled();
  const gone = vi.spyOn(Blob.prototype, "slice").mockImplementation(() => {
    throw new DOMException("gone", "NotReadableError");
  });
  expect(await store.read(id(0), 0)).toBeUndefined();
  gone.mockRestore();
  expect([store.has(id(0)), lost]).toEqual([false, [id(0)]]);
});
