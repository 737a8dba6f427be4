import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { puppetConsole, settle } from "../../../tests/puppet_console.ts";
import type { CellEvent } from "../kernel.ts";
import { HEARS_WITHIN } from "./python.ts";
import { NUMBERS } from "./pythons.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

const text = (words: string): CellEvent => ({ is: "stream", name: "stdout", text: words });
const replays = (events: CellEvent[]) =>
  events.flatMap((event) => (event.is === "replaying" ? [`${event.cell} ${event.recalled}`] : []));

/** A console whose endless third cell was stopped: its Python is another one now. */
async function afterKill() {
  const all = puppetConsole();
  const first = all.ask("1");
  await all.ready();
  all.latest().act(0, "j1");
  all.latest().done();
  await settle();
  await all.runThrough("2");
  all.ask("endless");
  await settle();
  all.kernel.stop();
  vi.advanceTimersByTime(HEARS_WITHIN);
  await settle();
  return { ...all, first };
}

test("after its Python was ended the next run replays the log with its actions, but for the cell that would not stop", async () => {
  const { ask, latest, ready } = await afterKill();
  const asked = ask("3");
  await ready();
  expect(latest().told("run").at(-1)).toMatchObject({ cell: "1", actions: [{ hash: "h0", job: "j1" }] });
  latest().act(0, "j1", true);
  latest().say({ is: "event", cell: "1", event: text("printed again, seen before") });
  latest().done();
  await settle();
  latest().done();
  await settle();
  latest().done();
  await settle();
  expect(latest().runs.map((run) => run[0])).toEqual(["1", "2", "3"]);
  expect(replays(asked.events)).toEqual(["1 false", "1 true", "2 false", "2 false"]);
  expect(asked.events.some(({ is }) => is === "stream")).toBe(false);
  expect(asked.outcome).toBe("done");
});

test("a later Python numbers its nodes behind those of the ones before", async () => {
  const { latest, ready } = await afterKill();
  await ready();
  expect(latest().told("open")[0]?.firstNode).toBe(100 + NUMBERS);
});

test("a replay happens once in a Python's life", async () => {
  const { ask, latest, ready } = await afterKill();
  ask("3");
  await ready();
  for (let cell = 0; cell < 3; cell++) {
    latest().done();
    await settle();
  }
  ask("4");
  await settle();
  expect(latest().runs.map((run) => run[0])).toEqual(["1", "2", "3", "4"]);
});

test("who runs a cell again has it computed, also where its Python was ended in between", async () => {
  const { ask, latest, ready } = await afterKill();
  ask("1");
  await ready();
  latest().done();
  await settle();
  latest().done();
  await settle();
  const runs = latest().told("run");
  expect(runs.map(({ cell, actions }) => [cell, actions.length])).toEqual([
    ["1", 1],
    ["2", 0],
    ["1", 0],
  ]);
});

const log = [
  { id: "1", source: "a = 1", actions: [] },
  { id: "2", source: "b = rdd.collect()", actions: [{ plan: "h0", job: "j9" }] },
];

test("the cells of an earlier page are replayed before the first run", async () => {
  const { kernel, ask, latest, ready } = puppetConsole();
  kernel.remember(log);
  const asked = ask("3");
  await ready();
  latest().done();
  await settle();
  latest().act(0, "j9", true);
  latest().done();
  await settle();
  expect(latest().runs).toEqual(["1: a = 1", "2: b = rdd.collect()", "3: source of 3"]);
  expect(replays(asked.events)).toEqual(["1 false", "1 false", "2 false", "2 true"]);
});

test("the last cell of an earlier page, run unchanged, runs once and may be answered by its job", async () => {
  const { kernel, ask, latest, ready } = puppetConsole();
  kernel.remember(log);
  const asked = ask("2", "b = rdd.collect()");
  await ready();
  latest().done();
  await settle();
  expect(latest().told("run").at(-1)).toMatchObject({ cell: "2", actions: [{ hash: "h0", job: "j9" }] });
  latest().act(0, "j9", true);
  latest().done();
  await settle();
  expect(latest().runs.length).toBe(2);
  expect(asked.events).toContainEqual({ is: "action", k: 0, action: { plan: "h0", job: "j9" } });
  ask("2", "b = rdd.collect()");
  await settle();
  expect(latest().told("run").at(-1)).toMatchObject({ cell: "2", actions: [] });
});

test("a replay has as many partitions by default as the run had, also one that no page saw the end of", async () => {
  const { kernel, ask, latest, pythons, ready, runThrough } = puppetConsole();
  kernel.remember([{ id: "1", source: "a", actions: [{ plan: "h0", job: "j9", parallelism: 6 }] }]);
  ask("2");
  await ready();
  latest().done("done", 6);
  await settle();
  latest().done("done", 3);
  await settle();
  latest().died("gone");
  await runThrough("3");
  await ready();
  for (let cell = 0; cell < 2; cell++) {
    latest().done();
    await settle();
  }
  const told = pythons.flatMap((python) => python.told("run").map(({ cell, parallelism }) => `${cell} ${parallelism}`));
  expect(told).toEqual(["1 6", "2 0", "1 6", "2 3", "3 0"]);
});

test("a cell that was changed is replayed as it ran, and then runs as it is", async () => {
  const { kernel, ask, latest, ready } = puppetConsole();
  kernel.remember(log);
  ask("2", "b = 2");
  await ready();
  for (let cell = 0; cell < 2; cell++) {
    latest().done();
    await settle();
  }
  expect(latest().runs).toEqual(["1: a = 1", "2: b = rdd.collect()", "2: b = 2"]);
});

test("a replayed action that had to be computed is recorded with its own cell", async () => {
  const { kernel, ask, latest, ready } = puppetConsole();
  kernel.remember(log);
  const asked = ask("3");
  await ready();
  latest().done();
  await settle();
  latest().act(0, "j10", false, "h7");
  latest().done();
  await settle();
  expect(asked.events).toContainEqual({ is: "action", cell: "2", k: 0, action: { plan: "h7", job: "j10" } });
  expect(replays(asked.events).at(-1)).toBe("2 false");
});

test("a replayed cell that fails is told of, and the run goes on", async () => {
  const { kernel, ask, latest, ready } = puppetConsole();
  kernel.remember(log);
  const asked = ask("3");
  await ready();
  const error = { type: "NameError", message: "no x", traceback: "" };
  latest().say({ is: "event", cell: "1", event: { is: "error", error } });
  latest().done("failed");
  await settle();
  latest().done();
  await settle();
  latest().done();
  await settle();
  expect(asked.events).toContainEqual({
    is: "stream",
    name: "stderr",
    text: "Cell 1, run again for its variables, failed: NameError: no x\n",
  });
  expect(asked.outcome).toBe("done");
});

test("a stop ends the replay, and the cell that it was at is not replayed again", async () => {
  const { kernel, ask, latest, ready } = puppetConsole();
  kernel.remember(log);
  const asked = ask("3");
  await ready();
  kernel.stop();
  vi.advanceTimersByTime(HEARS_WITHIN);
  await settle();
  expect(asked.outcome).toBe("stopped");
  ask("3");
  await ready();
  expect(latest().runs[0]).toMatch(/^2/);
});

test("after a restart nothing is replayed", async () => {
  const { kernel, ask, latest, pythons, ready } = await afterKill();
  kernel.restart();
  await settle();
  ask("3");
  await ready();
  expect(latest().runs).toEqual(["3: source of 3"]);
  expect(pythons.at(-2)?.ended).toBe(true);
});

test("a restart ends what runs", async () => {
  const { kernel, ask, pythons, ready } = puppetConsole();
  const asked = ask("1");
  await ready();
  kernel.restart();
  await settle();
  expect([asked.outcome, pythons[0]?.ended, pythons.length]).toEqual(["stopped", true, 2]);
});
