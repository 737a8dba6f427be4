import { expect, test } from "vitest";
import { type Frame, readFrame, writeFrame } from "../wire/frames.ts";
import { type BlockId, FRAME_LIMIT, FrameType, INITIAL_CREDIT } from "../wire/messages.ts";
import { BlockStore } from "./block_store.ts";
import { FetchError, Fetching, type Order } from "./fetching.ts";
import { Passes } from "./passes.ts";
import { Serving } from "./serving.ts";

const id = (partition: number): BlockId => ["a1", "map", 7, partition, 0];
const order = (partition: number, segments: number[] | null, limit = 10_000_000): Order => ({
  block: id(partition),
  segments,
  limit,
});

/** A holder with one block a list of segment sizes; each byte tells its place, so that mix-ups show. */
function holding(...blocks: number[][]): BlockStore {
  const store = new BlockStore(100_000_000);
  store.passes.learn("a1", "sesame");
  store.put(
    blocks.map((sizes, partition) => ({
      id: id(partition),
      data: Uint8Array.from({ length: sizes.reduce((a, b) => a + b, 0) }, (_, at) => (at * 7 + partition) & 0xff),
      sizes,
      hashes: new Uint8Array(16 * sizes.length).fill(partition + 1),
    })),
  );
  return store;
}

/** All bytes of block 0, which has so many segments. */
const bytesOf = (store: BlockStore, count: number) =>
  Uint8Array.from(Array.from({ length: count }, (_, at) => [...(store.segment(id(0), at) ?? [])]).flat());

/** Requester and holder with a wire between them that a test can hold back; every frame passes as bytes. */
function connect(store: BlockStore) {
  const toHolder: Frame[] = [];
  const toRequester: Frame[] = [];
  const wire = (queue: Frame[]) => (frame: Frame) => void queue.push(readFrame(writeFrame(frame)));
  const passes = new Passes();
  passes.learn("a1", "sesame");
  const fetching = new Fetching(passes, wire(toHolder));
  const serving = new Serving(store, wire(toRequester));
  const run = () => {
    while (toHolder.length + toRequester.length > 0) {
      for (const frame of toHolder.splice(0)) serving.take(frame);
      for (const frame of toRequester.splice(0)) fetching.take(frame);
    }
  };
  return { passes, fetching, serving, toHolder, toRequester, run };
}

test("many segments of many blocks come in one request, in the order asked", async () => {
  const store = holding([3, 0, 5], [200_000, 1]);
  const { fetching, run } = connect(store);
  const { arrivals } = fetching.fetch("p2", [order(1, [1, 0]), order(0, null), order(0, [1])]);
  run();
  const [swapped, whole, empty] = await arrivals;
  expect(swapped?.sizes).toEqual([1, 200_000]);
  expect(swapped?.data.slice(0, 1)).toEqual(store.segment(id(1), 1));
  expect(swapped?.data.slice(1)).toEqual(store.segment(id(1), 0)?.slice());
  expect(whole?.data).toEqual(bytesOf(store, 3));
  expect(whole?.hashes).toEqual(new Uint8Array(48).fill(1));
  expect(empty?.data.length).toBe(0);
});

test.each([
  ["none", () => {}],
  ["a guess", (passes: Passes) => passes.learn("a1", "guess")],
  ["the secret under another name", (passes: Passes) => passes.learn("a2", "sesame")],
])("an evil peer that is connected gets no block with the wrong pass: %s", async (_, change) => {
  const { passes, fetching, run } = connect(holding([3]));
  passes.forget();
  change(passes);
  const { arrivals } = fetching.fetch("p2", [order(0, null)]);
  run();
  await expect(arrivals).rejects.toThrow(/not_allowed: no pass for block/);
});

test("what a prototype has is no pass, and without a pass of its own a holder serves nobody", () => {
  const passes = new Passes();
  expect(passes.opens("a1", { a1: "" })).toBe(false);
  expect(passes.opens("constructor", {})).toBe(false);
  passes.learn("a1", "sesame");
  expect(passes.opens("a1", { a1: "sesame" })).toBe(true);
  passes.forget("a1");
  expect(passes.opens("a1", { a1: "sesame" })).toBe(false);
});

test("a block of many times the credit arrives whole", async () => {
  const { fetching, run } = connect(holding([3_000_001]));
  const { arrivals } = fetching.fetch("p2", [order(0, null)]);
  run();
  const [block] = await arrivals;
  expect(block?.data).toEqual(holding([3_000_001]).segment(id(0), 0));
});

test("without new credit a holder sends the initial credit and not a byte more", () => {
  const { fetching, serving, toHolder, toRequester } = connect(holding([1_000_000]));
  fetching.fetch("p2", [order(0, null)]).arrivals.catch(() => {});
  for (const frame of toHolder.splice(0)) serving.take(frame);
  const sent = toRequester.flatMap((frame) => (frame.type === FrameType.DATA ? [frame.data.length] : []));
  expect(sent.reduce((a, b) => a + b, 0)).toBe(INITIAL_CREDIT);
  expect(Math.max(...sent)).toBeLessThanOrEqual(FRAME_LIMIT);
  serving.take({ type: FrameType.CREDIT, stream: 1, bytes: 10 });
  expect(toRequester.at(-1)).toMatchObject({ type: FrameType.DATA, data: { length: 10 } });
});

test("after a cancel the holder sends nothing more, and the requester takes nothing more", async () => {
  const { fetching, serving, toHolder, toRequester } = connect(holding([1_000_000]));
  const { arrivals, cancel } = fetching.fetch("p2", [order(0, null)]);
  for (const frame of toHolder.splice(0)) serving.take(frame);
  cancel();
  await expect(arrivals).rejects.toThrow("cancelled");
  for (const frame of toHolder.splice(0)) serving.take(frame);
  const late = toRequester.splice(0);
  serving.take({ type: FrameType.CREDIT, stream: 1, bytes: 1_000_000 });
  expect(toRequester).toEqual([]);
  for (const frame of late) fetching.take(frame);
  expect(toHolder).toEqual([]);
});

test("a block that is not there, and a segment that is not there, are refused and blamed on nobody", async () => {
  const { fetching, run } = connect(holding([3]));
  const nowhere = fetching.fetch("p2", [order(0, [0]), order(9, null)]).arrivals;
  const nothing = fetching.fetch("p2", [order(0, [1])]).arrivals;
  run();
  await expect(nowhere).rejects.toMatchObject({ holder: "p2", corrupt: false });
  await expect(nothing).rejects.toMatchObject({ block: id(0), corrupt: false });
});

test("each fetch keeps to its own stream", async () => {
  const { fetching, run } = connect(holding([100_000], [100_000]));
  const fetches = [0, 1, 0, 1].map((partition) => fetching.fetch("p2", [order(partition, null)]).arrivals);
  run();
  const first = (await Promise.all(fetches)).map(([block]) => block?.data[0]);
  expect(first).toEqual([0, 1, 0, 1]);
});

test("more fetches than a peer may have open wait their turn", async () => {
  const { fetching, toHolder, run } = connect(holding([10]));
  const fetches = Array.from({ length: 100 }, () => fetching.fetch("p2", [order(0, null)]));
  expect(toHolder.length).toBe(64);
  expect(fetches.at(-1)?.received()).toBe(null);
  run();
  expect((await Promise.all(fetches.map(({ arrivals }) => arrivals))).length).toBe(100);
});

const item = (index: number, sizes: number[], hashes = sizes.length): Frame => ({
  type: FrameType.ITEM,
  stream: 1,
  item: { index, sizes, hashes: new Uint8Array(16 * hashes) },
});
const data = (size: number): Frame => ({ type: FrameType.DATA, stream: 1, data: new Uint8Array(size) });
const end: Frame = { type: FrameType.END, stream: 1 };

test.each<[string, Frame[]]>([
  ["data before its item", [data(1)]],
  ["more data than announced", [item(0, [2]), data(3)]],
  ["data behind a full item", [item(0, [2]), data(2), data(1)]],
  ["another item than the next", [item(1, [2])]],
  ["a second item before the first is full", [item(0, [2]), item(1, [2])]],
  ["an item too many", [item(0, [1]), data(1), item(1, [1]), data(1), item(2, [1])]],
  ["more than the block's size", [item(0, [11])]],
  ["more segments than asked for", [item(0, [1, 1])]],
  ["none of the segments asked for", [item(0, [], 1)]],
  ["an early end", [item(0, [1]), data(1), end]],
  ["an end in the middle of an item", [item(0, [2]), data(1), end]],
])("a holder that sends %s is cut off and told of", async (_, frames) => {
  const sent: Frame[] = [];
  const fetching = new Fetching(new Passes(), (frame) => void sent.push(frame));
  const { arrivals } = fetching.fetch("p2", [order(0, [0], 10), order(1, [0], 10)]);
  const outcome = arrivals.catch((error: unknown) => error);
  for (const frame of frames) fetching.take(frame);
  expect(sent.at(-1)).toEqual({ type: FrameType.CANCEL, stream: 1 });
  const error = await outcome;
  expect(error).toBeInstanceOf(FetchError);
  expect(error).toMatchObject({ holder: "p2", corrupt: true });
  for (const frame of frames) fetching.take(frame);
});

test("a broken socket ends every fetch, the waiting ones too", async () => {
  const { fetching } = connect(holding([10]));
  const outcomes = Array.from({ length: 70 }, () =>
    fetching.fetch("p2", [order(0, null)]).arrivals.catch((error: unknown) => error),
  );
  fetching.reset("the relay broke off");
  for (const error of await Promise.all(outcomes)) expect(error).toBeInstanceOf(FetchError);
});

test("any frames in any order leave neither side in disarray", async () => {
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff;
    return seed % below;
  };
  for (let round = 0; round < 300; round++) {
    const { fetching, serving, toHolder, toRequester, run } = connect(holding([5, 70_000], [0]));
    const wild = () => {
      const stream = 1 + random(3);
      const kinds: Frame[] = [
        { ...item(random(3), [random(9), random(70_000)]), stream } as Frame,
        { type: FrameType.DATA, stream, data: new Uint8Array(1 + random(FRAME_LIMIT)) },
        { type: FrameType.CREDIT, stream, bytes: random(1 << 20) },
        { type: FrameType.END, stream },
        { type: FrameType.CANCEL, stream },
        { type: FrameType.REFUSED, stream, refusal: { code: "limit", reason: "" } },
        {
          type: FrameType.REQUEST,
          stream,
          request: { holder: "p", items: [[id(random(3)), [random(3)]]], passes: { a1: "sesame" } },
        },
      ];
      return kinds[random(kinds.length)] as Frame;
    };
    const outcome = fetching.fetch("p2", [order(0, [1])]).arrivals.catch((error: unknown) => error);
    for (let step = 0; step < 20; step++) (random(2) ? fetching : serving).take(wild());
    toHolder.length = 0;
    toRequester.length = 0;
    fetching.reset("over");
    await outcome;
    serving.reset();
    const after = fetching.fetch("p2", [order(0, null)]).arrivals;
    run();
    expect((await after)[0]?.data.length).toBe(70_005);
  }
});

test("blocks that lie on disk are served as if they were in memory, whatever the order of asking", async () => {
  const whole = holding([3, 0, 200_000], [70_000, 1]);
  const store = new BlockStore(0, {
    openSpill: async () => ({
      write: async (_, data) => new Blob([data.slice()]),
      remove: () => {},
      end: () => {},
    }),
  });
  store.passes.learn("a1", "sesame");
  const parts = (of: number, count: number) => Array.from({ length: count }, (_, at) => whole.segment(id(of), at));
  for (const [of, count] of [
    [0, 3],
    [1, 2],
  ] as const) {
    const { sizes, hashes } = whole.get(id(of)) ?? { sizes: [], hashes: new Uint8Array(0) };
    const data = new Uint8Array(await new Blob(parts(of, count) as Uint8Array<ArrayBuffer>[]).arrayBuffer());
    store.put([{ id: id(of), data, sizes, hashes }]);
  }
  await store.settled();
  expect(store.bytesOnDisk).toBe(store.bytes);
  const { fetching, run } = connect(store);
  const { arrivals } = fetching.fetch("p2", [order(1, [1, 0]), order(0, null)]);
  let done = false;
  arrivals.finally(() => {
    done = true;
  });
  while (!done) {
    run();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const [swapped, all] = await arrivals;
  expect(swapped?.sizes).toEqual([1, 70_000]);
  expect(swapped?.data.slice(1)).toEqual(whole.segment(id(1), 0)?.slice());
  expect(all?.data.slice(3)).toEqual(whole.segment(id(0), 2)?.slice());
});

test("a block that is dropped while it is read from disk is refused", async () => {
  const store = new BlockStore(0, {
    openSpill: async () => ({
      write: async (_, data) => new Blob([data.slice()]),
      remove: () => {},
      end: () => {},
    }),
  });
  store.passes.learn("a1", "sesame");
  store.put([
    { id: id(0), data: new Uint8Array(2), sizes: [1, 1], hashes: new Uint8Array(32) },
    { id: id(1), data: new Uint8Array(1), sizes: [1], hashes: new Uint8Array(16) },
  ]);
  await store.settled();
  const { fetching, run } = connect(store);
  const { arrivals } = fetching.fetch("p2", [order(0, [0]), order(1, null)]);
  const failed = expect(arrivals).rejects.toMatchObject({ block: id(1) });
  run();
  store.drop(id(1));
  for (let turn = 0; turn < 10; turn += 1) {
    run();
    await new Promise((resolve) => setImmediate(resolve));
  }
  run();
  await failed;
});
