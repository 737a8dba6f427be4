import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { assign, block, finished, ready, settle, types, withPython } from "../../tests/puppet_volunteer.ts";
import type { FromWorker } from "../frame/protocol.ts";
import { FetchError } from "../peer/fetching.ts";
import type { BlockId, Source } from "../wire/messages.ts";
import { GRACE } from "./workers.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
afterEach(() => void vi.useRealTimers());

test("a task is run, its blocks are kept, and then it is reported", async () => {
  const { take, puppets, sent, store } = withPython();
  take({ type: "Code", application: "a1", blobs: { h1: Uint8Array.of(7) } });
  take(assign(5));
  await settle();
  expect(puppets[0]?.orders[0]).toMatchObject({ do: "run", code: [["h1", Uint8Array.of(7)]], inputs: [] });
  expect(types(sent)).toEqual(["Started"]);
  puppets[0]?.say(finished(5));
  expect(store.has(block(5))).toBe(true);
  expect(sent[1]).toMatchObject({ type: "Finished", task: 5, sinks: [{ block: block(5), size: 3 }] });
});

test("a second task waits for the first one's Worker, and its inputs come meanwhile", async () => {
  const { take, puppets, fetches } = withPython();
  take(assign(1));
  take(assign(2, { sources: [{ type: "block", block: block(9) }] }));
  await settle();
  expect(fetches[0]?.orders).toEqual([{ block: block(9), segments: [0], limit: 100 }]);
  fetches[0]?.arrive({ data: Uint8Array.of(1), sizes: [1], hashes: new Uint8Array(16) });
  await settle();
  expect(puppets[0]?.orders.length).toBe(1);
  puppets[0]?.say(finished(1));
  expect(puppets[0]?.orders[1]?.inputs).toMatchObject([[{ holder: "v2", index: 0, block: block(9) }]]);
});

test("a task that starts says what its sources are and how long they took to get here", async () => {
  const { take, puppets, fetches, sent } = withPython();
  take(assign(1));
  await settle();
  puppets[0]?.say(finished(1));
  take(
    assign(2, {
      sources: [
        { type: "block", block: block(1) },
        { type: "block", block: block(9) },
      ],
    }),
  );
  await settle();
  vi.advanceTimersByTime(40);
  fetches[0]?.arrive({ data: Uint8Array.of(1, 2), sizes: [2], hashes: new Uint8Array(16) });
  await settle();
  expect(sent[0]).toEqual({ type: "Started", task: 1, attempt: 0, read: 0, fetched: 0, seconds: 0 });
  expect(sent[2]).toEqual({ type: "Started", task: 2, attempt: 0, read: 5, fetched: 2, seconds: 0.04 });
});

test("the end of an application drops its blocks and tasks, and no other's", async () => {
  const { take, tasks, puppets, store, sent } = withPython({ slots: 2 });
  take(assign(1));
  await settle();
  puppets[0]?.say(finished(1));
  take(assign(2, { application: "a2" }));
  take(assign(3));
  await settle();
  take({ type: "EndApplication", application: "a1" });
  expect(store.count).toBe(0);
  expect(tasks.all.map(({ assign: { spec } }) => spec.task)).toEqual([2]);
  expect(types(sent)).not.toContain("Failed");
});

test("a segment of a shuffle comes from each map output's holder, one request to each", async () => {
  const { take, fetches, puppets } = withPython();
  const entry = (partition: number, holder: string) =>
    [partition, 0, 50, new Uint8Array(16), 4, [holder]] as [number, number, number, Uint8Array, number, string[]];
  take({
    type: "MapOutputs",
    application: "a1",
    shuffle: 8,
    entries: [entry(0, "v2"), entry(1, "v3"), entry(2, "v2")],
  });
  const shuffle: Source = {
    type: "shuffle",
    application: "a1",
    shuffle: 8,
    partition: 2,
    map_partitions: 3,
    aggregator: null,
    map_side: true,
  };
  take(assign(1, { sources: [shuffle] }));
  expect(
    fetches.map(({ holder, orders }) => [holder, orders.map((order) => [order.block[3], order.segments])]),
  ).toEqual([
    [
      "v2",
      [
        [0, [2]],
        [2, [2]],
      ],
    ],
    ["v3", [[1, [2]]]],
  ]);
  const arrival = (byte: number) => ({ data: Uint8Array.of(byte), sizes: [1], hashes: new Uint8Array(64) });
  fetches[0]?.arrive(arrival(10), arrival(12));
  fetches[1]?.arrive(arrival(11));
  await settle();
  const pieces = puppets[0]?.orders[0]?.inputs[0] ?? [];
  expect(pieces.map(({ data, index, holder }) => [data[0], index, holder])).toEqual([
    [10, 2, "v2"],
    [11, 2, "v3"],
    [12, 2, "v2"],
  ]);
});

test("a block of one's own is copied to Python, and stays", async () => {
  const { take, store, fetches, puppets } = withPython();
  store.put([{ id: block(9), data: Uint8Array.of(1, 2), sizes: [2], hashes: new Uint8Array(16) }]);
  take(assign(1, { sources: [{ type: "block", block: block(9) }] }));
  await settle();
  expect(fetches).toEqual([]);
  const piece = puppets[0]?.orders[0]?.inputs[0]?.[0];
  expect(piece).toMatchObject({ data: Uint8Array.of(1, 2), holder: "" });
  expect(piece?.data.buffer).not.toBe(store.segment(block(9), 0)?.buffer);
});

test("a source that cannot be had names block and holder, and nothing runs", async () => {
  const { take, fetches, sent, puppets } = withPython();
  take(assign(1, { sources: [{ type: "block", block: block(9) }] }));
  fetches[0]?.fail(new FetchError(block(9), "v2", "gone: it left", false));
  await settle();
  expect(sent).toEqual([
    {
      type: "FetchFailed",
      task: 1,
      attempt: 0,
      block: block(9),
      holder: "v2",
      reason: "gone: it left",
      corrupt: false,
    },
  ]);
  expect(puppets[0]?.orders).toEqual([]);
});

test("a block with other bytes than its hash says is the holder's fault", async () => {
  const { take, fetches, sent, puppets } = withPython();
  take(assign(1, { sources: [{ type: "block", block: block(9) }] }));
  fetches[0]?.arrive({ data: Uint8Array.of(1), sizes: [1], hashes: new Uint8Array(16) });
  await settle();
  puppets[0]?.say({ is: "corrupt", block: "a1/rdd/9/0/0", reason: "other bytes" });
  expect(sent.at(-1)).toMatchObject({ type: "FetchFailed", block: block(9), holder: "v2", corrupt: true });
  expect(puppets[0]?.ended).toBe(false);
});

test("blocks that have room nowhere fail the task, and map outputs stay", async () => {
  const { take, sent, puppets, store } = withPython({ budget: 2 });
  const written: BlockId = ["a1", "map", 7, 0, 0];
  store.put([{ id: written, data: new Uint8Array(3), sizes: [3], hashes: new Uint8Array(16) }]);
  take(assign(2));
  await settle();
  puppets[0]?.say(finished(2));
  expect(sent.at(-1)).toMatchObject({ type: "Failed", task: 2, failure: { kind: "out_of_memory" } });
  expect(store.has(written)).toBe(true);
});

test("cancelled as it ends, a task is not heard, and its Worker takes the next one", async () => {
  const { take, sent, puppets, tasks, store } = withPython();
  take(assign(1));
  await settle();
  take({ type: "CancelTask", task: 1, attempt: 0 });
  expect(tasks.all.length).toBe(0);
  take(assign(2));
  await settle();
  expect(puppets[0]?.orders.length).toBe(1);
  puppets[0]?.say({ is: "output", stream: "stdout", text: "still here", partition: 0, dropped: 0 });
  puppets[0]?.say(finished(1));
  expect(puppets[0]?.orders.length).toBe(2);
  vi.advanceTimersByTime(GRACE);
  puppets[0]?.say(finished(2));
  expect(types(sent)).toEqual(["Started", "Started", "Finished"]);
  expect([store.has(block(1)), puppets.length, puppets[0]?.ended]).toEqual([false, 1, false]);
});

test("cancelled in the middle, a task that does not end in a moment loses its Worker", async () => {
  const { take, sent, puppets } = withPython();
  take(assign(1));
  await settle();
  take({ type: "CancelTask", task: 1, attempt: 0 });
  take(assign(2));
  await settle();
  vi.advanceTimersByTime(GRACE - 1);
  expect(puppets[0]?.ended).toBe(false);
  vi.advanceTimersByTime(1);
  expect(puppets[0]?.ended).toBe(true);
  puppets[0]?.say(finished(1));
  puppets[1]?.say(ready);
  expect(puppets[1]?.orders.length).toBe(1);
  expect(types(sent)).toEqual(["Started", "Started"]);
});

test("a cancelled task whose application ends takes its Worker along at once", async () => {
  const { take, puppets } = withPython();
  take(assign(1));
  await settle();
  take({ type: "CancelTask", task: 1, attempt: 0 });
  take({ type: "EndApplication", application: "a1" });
  expect(puppets[0]?.ended).toBe(true);
});

test("cancelled while its inputs come, a task stops them and reports nothing", async () => {
  const { take, sent, fetches, puppets } = withPython();
  take(assign(1, { sources: [{ type: "block", block: block(9) }] }));
  take({ type: "CancelTask", task: 1, attempt: 0 });
  await settle();
  expect(fetches[0]?.cancelled).toBe(true);
  expect([sent, puppets[0]?.ended]).toEqual([[], false]);
});

test("what a task prints goes out, up to the limit", async () => {
  const { take, sent, puppets } = withPython();
  take(assign(1));
  await settle();
  const print = (text: string): FromWorker => ({ is: "output", stream: "stdout", text, partition: 4, dropped: 0 });
  puppets[0]?.say(print("hello\n"));
  expect(sent.at(-1)).toEqual({
    type: "Output",
    task: 1,
    attempt: 0,
    stream: "stdout",
    text: "hello\n",
    partition: 4,
    dropped: 0,
  });
  for (let count = 0; count < 10; count++) puppets[0]?.say(print("x".repeat(100_000)));
  const told = sent.reduce((sum, message) => sum + (message.type === "Output" ? message.text.length : 0), 0);
  expect(told).toBe(256 * 1024);
});

test("when the session is over nothing of it goes on", async () => {
  const { take, tasks, puppets, sent, fetches } = withPython();
  take(assign(1));
  take(assign(2, { sources: [{ type: "block", block: block(9) }] }));
  await settle();
  tasks.reset();
  await settle();
  expect(tasks.all).toEqual([]);
  expect([puppets[0]?.ended, fetches[0]?.cancelled, types(sent)]).toEqual([true, true, ["Started"]]);
});

const HERE = { protocol: "https:", hostname: "swarm.example", origin: "https://swarm.example" };

test("the URLs of a task are fetched by the page, and Python gets what they gave", async () => {
  const asked: string[] = [];
  vi.stubGlobal("location", HERE);
  vi.stubGlobal("fetch", async (url: string) => {
    asked.push(url);
    return new Response("a page");
  });
  const { take, puppets } = withPython();
  take(assign(1, { sources: [{ type: "url", block: block(9), url: "https://data.example/" }] }));
  await vi.waitFor(() => expect(puppets[0]?.orders.length).toBe(1));
  vi.unstubAllGlobals();
  expect(asked).toEqual(["https://data.example/"]);
  expect(puppets[0]?.orders[0]?.inputs).toEqual([[expect.objectContaining({ block: block(9), holder: "" })]]);
  expect(new TextDecoder().decode(puppets[0]?.orders[0]?.inputs[0]?.[0]?.data)).toBe("a page");
});

test("a URL that cannot be fetched is the task's failure, and leaves Python alone", async () => {
  vi.stubGlobal("location", HERE);
  const { take, puppets, sent } = withPython();
  take(assign(1, { sources: [{ type: "url", block: block(9), url: "gopher://data.example/" }] }));
  await settle();
  vi.unstubAllGlobals();
  expect(sent.at(-1)).toMatchObject({ type: "Failed", task: 1, failure: { kind: "url_unavailable" } });
  expect(puppets.flatMap(({ orders }) => orders)).toEqual([]);
});
