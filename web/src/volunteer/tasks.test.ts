import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { FromWorker, ToWorker } from "../frame/protocol.ts";
import { BlockStore } from "../peer/block_store.ts";
import { type Arrival, FetchError, type Order } from "../peer/fetching.ts";
import { encodeMessage } from "../wire/codec.ts";
import type { Assign, BlockId, Finished, FromVolunteer, Source, ToVolunteer } from "../wire/messages.ts";
import { Tasks } from "./tasks.ts";
import { Workers } from "./workers.ts";

/** A Worker whose Python is the test. */
class Puppet {
  ended = false;
  orders: ToWorker[] = [];
  port = {
    onmessage: (_: { data: unknown }) => {},
    postMessage: (order: ToWorker) => void this.orders.push(order),
  };

  constructor(readonly died: (reason: string) => void) {}

  end(): void {
    this.ended = true;
  }

  say(message: FromWorker): void {
    this.port.onmessage({ data: message });
  }
}

interface Pending {
  holder: string;
  orders: Order[];
  arrive(...arrivals: Arrival[]): void;
  fail(error: unknown): void;
  cancelled: boolean;
}

function volunteer({ slots = 1, budget = 1000 } = {}) {
  const puppets: Puppet[] = [];
  const sent: FromVolunteer[] = [];
  const fetches: Pending[] = [];
  const store = new BlockStore(budget);
  const cannotStart = vi.fn();
  const workers = new Workers(
    (died) => {
      const puppet = new Puppet(died);
      puppets.push(puppet);
      return { port: puppet.port as unknown as MessagePort, end: () => puppet.end() };
    },
    () => tasks.dispatch(),
    cannotStart,
  );
  workers.slots = slots;
  const tasks = new Tasks({
    store,
    workers,
    fetch: (holder, orders) => {
      const { promise, resolve, reject } = Promise.withResolvers<Arrival[]>();
      const pending: Pending = {
        holder,
        orders,
        arrive: (...arrivals) => resolve(arrivals),
        fail: reject,
        cancelled: false,
      };
      fetches.push(pending);
      const cancel = () => {
        pending.cancelled = true;
        reject(new FetchError(orders[0]?.block as BlockId, holder, "cancelled", false));
      };
      return { arrivals: promise, cancel };
    },
    send: (message) => void sent.push(message),
    changed: () => {},
    done: () => {},
  });
  const take = (message: ToVolunteer) => tasks.take(message, encodeMessage(message));
  const running = () => puppets.filter(({ ended }) => !ended);
  return { tasks, workers, store, puppets, running, sent, fetches, take, cannotStart };
}

const block = (node: number, application = "a1"): BlockId => [application, "rdd", node, 0, 0];

function assign(task: number, options: { sources?: Source[]; application?: string; limit?: number } = {}): Assign {
  const { sources = [], application = "a1", limit = 0 } = options;
  return {
    type: "Assign",
    spec: {
      application,
      job: "j1",
      task,
      attempt: 0,
      operators: {},
      names: { 1: "map at job.py:3" },
      steps: [[1, 4, []]],
      sources,
      sinks: [{ type: "rdd", step: 0, block: block(task, application) }],
    },
    code: ["h1"],
    locations: sources.flatMap((source) =>
      source.type === "block" ? [[source.block, 100, new Uint8Array(16).fill(1), ["v2"]] as const] : [],
    ) as unknown as Assign["locations"],
    time_limit: limit,
  };
}

const finished = (task: number, size = 3, of = block(task)): FromWorker => ({
  is: "finished",
  message: encodeMessage({
    type: "Finished",
    task,
    attempt: 0,
    sinks: [{ block: of, size, root: new Uint8Array(16) }],
    runs: [[1, 4, 2, false]],
    seconds: 0.5,
  } as Finished),
  blocks: [{ data: new Uint8Array(size), sizes: [size], hashes: new Uint8Array(16) }],
});
const ready: FromWorker = { is: "ready", python: "3.14.2" };
/** Lets promises that are settled already run on. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
const types = (sent: FromVolunteer[]) => sent.map(({ type }) => type);

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
afterEach(() => void vi.useRealTimers());

/** A volunteer whose one Worker is ready. */
function withPython(options?: Parameters<typeof volunteer>[0]) {
  const all = volunteer(options);
  all.workers.warm();
  all.puppets[0]?.say(ready);
  return all;
}

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

test("a code blob goes to a Worker once", async () => {
  const { take, puppets } = withPython();
  take({ type: "Code", application: "a1", blobs: { h1: Uint8Array.of(7) } });
  for (const task of [1, 2]) {
    take(assign(task));
    await settle();
    puppets[0]?.say(finished(task));
  }
  expect(puppets[0]?.orders.map(({ code }) => code.length)).toEqual([1, 0]);
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

test("a Worker belongs to one application and ends with it", async () => {
  const { take, puppets, running } = withPython();
  take(assign(1));
  await settle();
  puppets[0]?.say(finished(1));
  take(assign(2, { application: "a2" }));
  await settle();
  expect(puppets[0]?.ended).toBe(true);
  puppets[1]?.say(ready);
  expect(puppets[1]?.orders.length).toBe(1);
  take({ type: "EndApplication", application: "a2" });
  expect(puppets[1]?.ended).toBe(true);
  expect(running().length).toBe(1);
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

test("as many Workers start as there are slots and tasks, and no more", async () => {
  const { take, puppets } = withPython({ slots: 2 });
  for (const task of [1, 2, 3]) take(assign(task));
  await settle();
  puppets[1]?.say(ready);
  expect(puppets.map(({ orders }) => orders.length)).toEqual([1, 1]);
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
  expect(piece?.data.buffer).not.toBe(store.get(block(9))?.data.buffer);
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

test("past its time limit a task loses its Worker, and the next one gets a new one", async () => {
  const { take, sent, puppets } = withPython();
  take(assign(1, { limit: 3000 }));
  take(assign(2));
  await settle();
  vi.advanceTimersByTime(2999);
  expect(types(sent)).toEqual(["Started"]);
  vi.advanceTimersByTime(1);
  expect(sent.at(-1)).toMatchObject({ type: "Failed", task: 1, failure: { kind: "timeout", node: 1, partition: 4 } });
  expect(puppets[0]?.ended).toBe(true);
  puppets[1]?.say(ready);
  expect(sent.at(-1)).toMatchObject({ type: "Started", task: 2 });
});

test("a Worker that dies fails its task, and a new one starts", async () => {
  const { take, sent, puppets, running } = withPython();
  take(assign(1));
  await settle();
  puppets[0]?.died("Aborted()");
  expect(sent.at(-1)).toMatchObject({ type: "Failed", failure: { kind: "worker_died", message: "Aborted()" } });
  expect(running().length).toBe(1);
});

test("a Python that ran out of memory says so", async () => {
  const { take, sent, puppets } = withPython();
  take(assign(1));
  await settle();
  puppets[0]?.say({ is: "dead", reason: "memory access out of bounds", memory: true });
  expect(sent.at(-1)).toMatchObject({ type: "Failed", failure: { kind: "out_of_memory" } });
  expect(puppets[0]?.ended).toBe(true);
});

test.each<[string, unknown]>([
  ["another task's result", finished(2)],
  ["a block that is not its to write", finished(1, 3, block(99))],
  ["a finish that is no msgpack", { is: "finished", message: new Uint8Array(3), blocks: [] }],
  ["a finish without its block", { ...finished(1), blocks: [] }],
  ["another size than it hands over", { ...finished(1, 4), blocks: (finished(1) as { blocks: unknown }).blocks }],
  [
    "a failure of another task",
    {
      is: "failed",
      message: encodeMessage({ type: "Failed", task: 9, attempt: 0, failure: { kind: "raised" } } as never),
    },
  ],
  ["a fault in a block that it was not given", { is: "corrupt", block: "a1/rdd/1/1/1", reason: "" }],
  ["no message of the protocol", { is: "hack" }],
])("a Worker that reports %s is ended, and nothing of it is kept", async (_, message) => {
  const { take, sent, puppets, store } = withPython();
  take(assign(1));
  await settle();
  puppets[0]?.say(message as FromWorker);
  expect(sent.at(-1)).toMatchObject({ type: "Failed", task: 1, failure: { kind: "worker_died" } });
  expect(puppets[0]?.ended).toBe(true);
  expect(store.count).toBe(0);
});

test("blocks past the budget fail the task, and the others stay", async () => {
  const { take, sent, puppets, store } = withPython({ budget: 5 });
  for (const task of [1, 2]) {
    take(assign(task));
    await settle();
    puppets.at(-1)?.say(finished(task));
  }
  expect(sent.at(-1)).toMatchObject({ type: "Failed", task: 2, failure: { kind: "out_of_memory" } });
  expect(store.has(block(1))).toBe(true);
});

test("cancelled while it runs, a task loses its Worker and reports nothing", async () => {
  const { take, sent, puppets, tasks } = withPython();
  take(assign(1));
  await settle();
  take({ type: "CancelTask", task: 1, attempt: 0 });
  puppets[0]?.say(finished(1));
  expect(puppets[0]?.ended).toBe(true);
  expect([types(sent), tasks.all.length]).toEqual([["Started"], 0]);
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

test("Python that does not start is tried three times, and then said so", () => {
  const { workers, puppets, cannotStart } = volunteer();
  workers.warm();
  for (let count = 0; count < 3; count++) puppets[count]?.say({ is: "broken", reason: "no network" });
  expect(puppets.length).toBe(3);
  expect(cannotStart).toHaveBeenCalledWith("no network");
});

test("after close no Worker starts any more", () => {
  const { workers, puppets } = withPython();
  workers.close();
  workers.warm();
  expect(workers.take("a1")).toBe(null);
  expect(puppets.map(({ ended }) => ended)).toEqual([true]);
});
