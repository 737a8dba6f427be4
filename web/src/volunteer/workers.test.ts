import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { assign, block, finished, ready, settle, types, volunteer, withPython } from "../../tests/puppet_volunteer.ts";
import type { FromWorker } from "../frame/protocol.ts";
import { encodeMessage } from "../wire/codec.ts";
import type { Failed, FailureKind } from "../wire/messages.ts";

function failedWith(kind: FailureKind, task = 1): FromWorker {
  const failed: Failed = { type: "Failed", task, attempt: 0, failure: { kind } };
  return { is: "failed", message: encodeMessage(failed) };
}

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
afterEach(() => void vi.useRealTimers());

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

test("as many Workers start as there are slots and tasks, and no more", async () => {
  const { take, puppets } = withPython({ slots: 2 });
  for (const task of [1, 2, 3]) take(assign(task));
  await settle();
  puppets[1]?.say(ready);
  expect(puppets.map(({ orders }) => orders.length)).toEqual([1, 1]);
});

test("past its time limit a task loses its Worker, and the next one gets a new one", async () => {
  const { take, sent, puppets } = withPython();
  take(assign(1, { limit: 3 }));
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

test("a task that ran out of memory takes its Worker with it, for what Python took it never gives back", async () => {
  const { take, sent, puppets, running } = withPython();
  take(assign(1));
  await settle();
  puppets[0]?.say(failedWith("raised"));
  expect(puppets[0]?.ended).toBe(false);
  take(assign(2));
  await settle();
  puppets[0]?.say(failedWith("out_of_memory", 2));
  expect(sent.at(-1)).toMatchObject({ type: "Failed", task: 2, failure: { kind: "out_of_memory" } });
  expect(puppets[0]?.ended).toBe(true);
  expect(running().length).toBe(1);
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

test("with fewer slots idle Workers end at once, and busy ones get no more company", async () => {
  const { take, puppets, workers, running } = withPython({ slots: 3 });
  for (const task of [1, 2, 3]) {
    take(assign(task));
    await settle();
    puppets.at(-1)?.say(ready);
  }
  puppets[0]?.say(finished(1));
  workers.resize(1);
  expect(puppets.map(({ ended }) => ended)).toEqual([true, false, false]);
  puppets[1]?.say(finished(2));
  take(assign(4));
  await settle();
  expect(running().map(({ orders }) => orders.length)).toEqual([1, 1]);
  puppets[2]?.say(finished(3));
  expect(running().reduce((sum, { orders }) => sum + orders.length, 0)).toBe(3);
});
