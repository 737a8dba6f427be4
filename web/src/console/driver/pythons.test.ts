import { expect, test, vi } from "vitest";
import { puppetConsole, settle } from "../../../tests/puppet_console.ts";
import { FetchError } from "../../peer/fetching.ts";
import { encodeMessage, type Tagged } from "../../wire/codec.ts";
import { type BlockId, MESSAGE_LIMIT } from "../../wire/messages.ts";

const block = (node: number, partition = 0, application = "a1"): BlockId => [application, "rdd", node, partition, 0];
const data = (size = 3) => new Uint8Array(size).fill(7);
const hashes = new Uint8Array(16).fill(1);
const say = (message: Tagged) => ({ is: "say" as const, message: encodeMessage(message) });

async function withPython(options?: Parameters<typeof puppetConsole>[0]) {
  const all = puppetConsole(options);
  all.pool.warm();
  await all.ready();
  return all;
}

test("what a driver's program says goes to the coordinator as it is", async () => {
  const { latest, said } = await withPython();
  latest().say(say({ type: "Release", nodes: [1] } as Tagged));
  latest().say(say({ type: "CancelJob", job: "j1" } as Tagged));
  expect(said).toEqual([
    { type: "Release", nodes: [1] },
    { type: "CancelJob", job: "j1" },
  ]);
});

test.each<[string, object]>([
  ["Ping", { number: 1 }],
  ["Signal", { peer: "v1", kind: "end" }],
  ["StopApplication", {}],
  ["SaveCells", { request: 1, cells: [], order: [] }],
  ["RotateInvite", {}],
])("%s is not Python's to say", async (type, more) => {
  vi.spyOn(console, "warn").mockReturnValue();
  const { latest, said } = await withPython();
  latest().say(say({ type, ...more }));
  expect([said, latest().ended]).toEqual([[], false]);
});

test.each([
  ["no message", Uint8Array.of(0xc1)],
  ["what no driver says", encodeMessage({ type: "Announce", blocks: [] } as Tagged)],
  ["a message of the wrong shape", encodeMessage({ type: "CancelJob" })],
  ["a message over the limit", encodeMessage({ type: "CancelJob", job: "j".repeat(MESSAGE_LIMIT) } as Tagged)],
])("a Python that says %s ends", async (_, message) => {
  const { latest, line, kernel } = await withPython();
  line.sayPacked = (bytes) => {
    if (bytes.length > MESSAGE_LIMIT) throw new RangeError("too long");
  };
  latest().say({ is: "say", message });
  expect([latest().ended, kernel.state.value]).toEqual([true, { is: "off" }]);
});

test("the coordinator's news goes to Python, the latest of the swarm's first", async () => {
  const { pool, line, latest, ready } = puppetConsole();
  line.news = Uint8Array.of(9);
  pool.hear(Uint8Array.of(1)); // nobody is there to hear it
  pool.warm();
  await settle();
  pool.hear(Uint8Array.of(2));
  await ready();
  pool.hear(Uint8Array.of(3));
  pool.again();
  expect(latest().orders.slice(1)).toEqual([
    { do: "message", message: Uint8Array.of(9) },
    { do: "message", message: Uint8Array.of(3) },
    { do: "again" },
  ]);
});

test("blocks are fetched for Python, with the way that they took", async () => {
  const { latest, fetches } = await withPython();
  latest().say({ is: "fetch", id: 5, holder: "v1", orders: [{ block: block(1), size: 10 }] });
  expect(fetches[0]).toMatchObject({ holder: "v1", orders: [{ block: block(1), segments: null, limit: 10 }] });
  fetches[0]?.arrive({ data: data(), sizes: [3], hashes, direct: true });
  await settle();
  expect(latest().orders.at(-1)).toEqual({
    do: "fetched",
    id: 5,
    blocks: [{ data: data(), hashes, direct: true }],
    failure: null,
  });
});

test("a fetch that fails tells what came by then, and the holder's word for why", async () => {
  const { latest, fetches } = await withPython();
  const orders = [block(1), block(2)].map((id) => ({ block: id, size: 10 }));
  latest().say({ is: "fetch", id: 6, holder: "v1", orders });
  const arrived = [{ data: data(), sizes: [3], hashes, direct: false }];
  fetches[0]?.fail(new FetchError(block(2), "v1", "unavailable: not here", false, false, arrived, "unavailable"));
  await settle();
  expect(latest().told("fetched")[0]).toMatchObject({
    blocks: [{ direct: false }],
    failure: { code: "unavailable", reason: "unavailable: not here", corrupt: false, lost: false },
  });
});

test("an answer that comes when its Python is gone is nobody's", async () => {
  const { pool, latest, fetches } = await withPython();
  latest().say({ is: "fetch", id: 7, holder: "v1", orders: [{ block: block(1), size: 10 }] });
  pool.end();
  fetches[0]?.arrive({ data: data(), sizes: [3], hashes });
  await settle();
  expect(latest().told("fetched")).toEqual([]);
});

test("the driver's data is served from the page, for this application alone, until it is released", async () => {
  const { latest, store } = await withPython();
  latest().say({ is: "provide", block: block(1), data: data(), hashes });
  latest().say({ is: "provide", block: block(1, 1), data: data(), hashes });
  latest().say({ is: "provide", block: block(2), data: data(), hashes });
  latest().say({ is: "provide", block: block(2, 0, "a9"), data: data(), hashes });
  expect(store.count).toBe(3);
  expect(store.segment(block(1, 1), 0)).toEqual(data());
  latest().say({ is: "release", nodes: [1, 8] });
  expect([store.has(block(1)), store.has(block(2)), store.count]).toEqual([false, true, 1]);
});

test("what an ended Python had provided stays for one more life, for the jobs that it had started", async () => {
  const { pool, latest, ready, store } = await withPython();
  const next = async () => {
    pool.end();
    pool.warm();
    await ready();
  };
  latest().say({ is: "provide", block: block(1), data: data(), hashes });
  await next();
  latest().say({ is: "release", nodes: [1] });
  latest().say({ is: "provide", block: block(2), data: data(), hashes });
  expect(store.count).toBe(2);
  await next();
  expect([store.has(block(1)), store.has(block(2))]).toEqual([false, true]);
});

test("one Python is started, however often it is asked for", async () => {
  const { pool, openFrame, pythons, ready } = puppetConsole();
  pool.warm();
  pool.warm();
  await ready();
  pool.warm();
  expect([openFrame.mock.calls.length, pythons.length]).toEqual([1, 1]);
});

test("a Python that dies before it is there is one that could not be started", async () => {
  const { pool, kernel, latest } = puppetConsole();
  pool.warm();
  await settle();
  latest().say({ is: "broken", reason: "no network" });
  expect(kernel.state.value).toEqual({ is: "broken", reason: "no network" });
});
