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

test("Python starts when the first cell is run, and is opened before it gets the cell", async () => {
  const { kernel, ask, latest, ready } = puppetConsole();
  expect(kernel.state.value).toEqual({ is: "off" });
  ask("1");
  expect(kernel.state.value).toEqual({ is: "starting" });
  await ready();
  expect(latest().orders.map((order) => order.do)).toEqual(["open", "run"]);
  expect(latest().told("open")[0]).toEqual({ do: "open", welcome: Uint8Array.of(1), firstNode: 100 });
  expect(latest().told("run")[0]).toEqual({
    do: "run",
    cell: "1",
    name: "cell 1",
    source: "source of 1",
    actions: [],
    parallelism: 0,
  });
  expect(kernel.state.value).toEqual({ is: "computing", cell: "1" });
});

test("cells run one after the other, in the order in which they were asked for", async () => {
  const { ask, latest, ready } = puppetConsole();
  const cells = ["1", "2", "3"].map((id) => ask(id));
  await ready();
  expect(latest().runs.length).toBe(1);
  for (const outcome of ["done", "failed", "done"] as const) {
    latest().done(outcome);
    await settle();
  }
  expect(latest().runs).toEqual(["1: source of 1", "2: source of 2", "3: source of 3"]);
  expect(cells.map(({ outcome }) => outcome)).toEqual(["done", "failed", "done"]);
});

test("a cell's events come in order, and none after its outcome", async () => {
  const { ask, latest, ready } = puppetConsole();
  const asked = ask("1");
  await ready();
  const python = latest();
  python.say({ is: "event", cell: "1", event: text("a") });
  python.act(0, "j1");
  python.say({ is: "event", cell: "1", event: { is: "job", job: "j1", recalled: false } });
  python.done();
  python.say({ is: "event", cell: "1", event: text("too late") });
  await settle();
  python.say({ is: "event", cell: "1", event: text("later still") });
  expect(asked.events).toEqual([
    text("a"),
    { is: "action", k: 0, action: { plan: "h0", job: "j1" } },
    { is: "job", job: "j1", recalled: false },
  ]);
  expect(asked.outcome).toBe("done");
});

test("the state says whether the cell computes or waits, and for which jobs", async () => {
  const { kernel, ask, latest, ready } = puppetConsole();
  ask("1");
  await ready();
  latest().say({ is: "waiting", cell: "1", jobs: ["j1", "j2"] });
  expect([kernel.state.value, kernel.waitingFor.value]).toEqual([{ is: "waiting", cell: "1" }, ["j1", "j2"]]);
  latest().say({ is: "computing", cell: "1" });
  expect([kernel.state.value, kernel.waitingFor.value]).toEqual([{ is: "computing", cell: "1" }, []]);
  latest().done();
  await settle();
  expect(kernel.state.value).toEqual({ is: "idle" });
});

// --- stop, in every state

test("stopped before there is a session, a cell never runs", async () => {
  const { kernel, ask, pythons } = puppetConsole({ open: false });
  const asked = ask("1");
  await settle();
  kernel.stop();
  await settle();
  expect([asked.outcome, pythons.length]).toEqual(["stopped", 0]);
});

test("stopped while Python starts, a cell never runs, and the next one finds that Python", async () => {
  const { kernel, ask, latest, pythons, ready } = puppetConsole();
  const asked = ask("1");
  await settle();
  kernel.stop();
  await settle();
  expect(asked.outcome).toBe("stopped");
  await ready();
  expect(kernel.state.value).toEqual({ is: "idle" });
  ask("2");
  await settle();
  expect([latest().runs, pythons.length]).toEqual([["2: source of 2"], 1]);
});

test("stopped while it waits, a cell is interrupted, and its Python lives on", async () => {
  const { kernel, ask, latest, pythons, ready } = puppetConsole();
  const asked = ask("1");
  await ready();
  latest().say({ is: "waiting", cell: "1", jobs: ["j1"] });
  kernel.stop();
  expect(latest().orders.at(-1)).toEqual({ do: "interrupt" });
  latest().say({ is: "interrupting" });
  vi.advanceTimersByTime(100 * HEARS_WITHIN);
  expect(asked.outcome).toBe(undefined);
  latest().done("stopped");
  await settle();
  expect(asked.outcome).toBe("stopped");
  expect(pythons.map(({ ended }) => ended)).toEqual([false]);
});

test("stopped while it computes, a cell's Python is ended, its jobs with it, and another one starts", async () => {
  const { kernel, ask, latest, pythons, said, ready, runThrough } = puppetConsole();
  ask("0");
  await ready();
  latest().done();
  await settle();
  await runThrough("1", ["j1"]);
  const asked = ask("2");
  await settle();
  latest().act(0, "j2");
  kernel.stop();
  vi.advanceTimersByTime(HEARS_WITHIN - 1);
  expect(pythons[0]?.ended).toBe(false);
  vi.advanceTimersByTime(1);
  await settle();
  expect([pythons[0]?.ended, asked.outcome, pythons.length]).toEqual([true, "stopped", 2]);
  expect(said).toEqual([{ type: "CancelJob", job: "j2" }]);
  expect(kernel.state.value).toEqual({ is: "starting" });
});

test("a second press ends a cell that heard the first and goes on", async () => {
  const { kernel, ask, latest, pythons, ready } = puppetConsole();
  const asked = ask("1");
  await ready();
  kernel.stop();
  latest().say({ is: "interrupting" });
  kernel.stop();
  await settle();
  expect([pythons[0]?.ended, asked.outcome]).toEqual([true, "stopped"]);
});

test("a cell that ends by itself as it is stopped is done, and its Python is not ended for it", async () => {
  const { kernel, ask, latest, pythons, ready } = puppetConsole();
  const asked = ask("1");
  await ready();
  kernel.stop();
  latest().done("done");
  await settle();
  vi.advanceTimersByTime(2 * HEARS_WITHIN);
  expect([asked.outcome, pythons[0]?.ended]).toEqual(["done", false]);
});

test("what stands in line is dropped by a stop", async () => {
  const { kernel, ask, latest, ready } = puppetConsole();
  const [, second] = [ask("1"), ask("2")];
  await ready();
  kernel.stop();
  latest().done("stopped");
  await settle();
  expect([second?.outcome, latest().runs.length]).toEqual(["stopped", 1]);
});

test("a stop with nothing to stop does nothing", async () => {
  const { kernel, ask, latest, ready } = puppetConsole();
  kernel.stop();
  ask("1");
  await ready();
  latest().done();
  await settle();
  kernel.stop();
  vi.advanceTimersByTime(2 * HEARS_WITHIN);
  expect([latest().ended, latest().told("interrupt")]).toEqual([false, []]);
});

// --- the cell log

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

// --- Pythons and sessions that are lost

test("a Python that dies fails its cell, which is not replayed; the next run starts another one", async () => {
  const { ask, latest, pythons, ready, runThrough } = puppetConsole();
  ask("0");
  await ready();
  latest().done();
  await settle();
  await runThrough("1");
  const asked = ask("2");
  await settle();
  latest().say({ is: "dead", reason: "out of memory", memory: true });
  await settle();
  expect(asked.outcome).toBe("failed");
  expect(asked.events.at(-1)).toMatchObject({ is: "error", error: { type: "PythonDied" } });
  ask("3");
  await ready();
  for (let cell = 0; cell < 2; cell++) {
    latest().done();
    await settle();
  }
  expect(latest().runs.map((run) => run[0])).toEqual(["0", "1", "3"]);
  expect(pythons.length).toBe(2);
});

test("a Worker that says what none of ours says is ended", async () => {
  const { ask, latest, ready } = puppetConsole();
  const asked = ask("1");
  await ready();
  latest().say({ is: "eval", source: "1" } as never);
  await settle();
  expect([latest().ended, asked.outcome]).toEqual([true, "failed"]);
});

test("where Python cannot be started a run says so, and the next one tries again", async () => {
  const { kernel, ask, openFrame, ready, latest } = puppetConsole();
  openFrame.mockRejectedValueOnce(new Error("the sealed frame did not load"));
  const asked = ask("1");
  await settle();
  expect([asked.outcome, kernel.state.value]).toEqual([
    "failed",
    { is: "broken", reason: "the sealed frame did not load" },
  ]);
  ask("1");
  await ready();
  expect(latest().runs.length).toBe(1);
});

test("a coordinator out of reach is told, and what runs goes on", async () => {
  const { kernel, state, ask, latest, ready } = puppetConsole();
  const asked = ask("1");
  await ready();
  state.value = { is: "gone" };
  expect(kernel.state.value).toEqual({ is: "gone" });
  latest().done();
  await settle();
  expect(asked.outcome).toBe("done");
  state.value = { is: "open" };
  expect(kernel.state.value).toEqual({ is: "idle" });
});

test("under a new session a cell that ran begins again in a Python of its own, answered where it may be", async () => {
  const { ask, latest, pythons, newSession, ready, runThrough } = puppetConsole();
  ask("0");
  await ready();
  latest().done();
  await settle();
  await runThrough("1", ["j1"]);
  const asked = ask("2");
  await settle();
  latest().act(0, "j2");
  newSession();
  await ready();
  expect(pythons[0]?.ended).toBe(true);
  for (const job of [null, "j1"]) {
    if (job) latest().act(0, job, true);
    latest().done();
    await settle();
  }
  expect(latest().told("run").at(-1)).toMatchObject({ cell: "2", actions: [{ hash: "h0", job: "j2" }] });
  latest().done();
  await settle();
  expect(asked.outcome).toBe("done");
});

test("taken over by another console, all that runs here ends, and nothing starts any more", async () => {
  const { kernel, pool, line, state, ask, pythons, ready } = puppetConsole();
  const [running, inLine] = [ask("1"), ask("2")];
  await ready();
  line.current = null;
  state.value = { is: "taken-over" };
  kernel.halt();
  await settle();
  expect([running?.outcome, inLine?.outcome, pythons[0]?.ended]).toEqual(["stopped", "stopped", true]);
  const late = ask("3");
  pool.warm();
  await settle();
  expect([late.outcome, pythons.length, kernel.state.value]).toEqual(["stopped", 1, { is: "taken-over" }]);
});

test("taken over while Python starts, none begins", async () => {
  const { kernel, line, state, ask, pythons } = puppetConsole();
  const asked = ask("1");
  line.current = null;
  state.value = { is: "taken-over" };
  kernel.halt();
  await settle();
  expect([asked.outcome, pythons.length]).toEqual(["stopped", 0]);
});

// --- completion and files

test("completion is answered while nothing runs, and with nothing while a cell does", async () => {
  const { kernel, pool, ask, latest, ready } = puppetConsole();
  expect(await kernel.complete("s", 1)).toEqual([]);
  pool.warm();
  await ready();
  const found = kernel.complete("sc.para", 7);
  const completion = { label: "parallelize", kind: "function", detail: "", info: "" } as const;
  latest().say({ is: "completions", id: latest().told("complete")[0]?.id ?? -1, completions: [completion] });
  expect(await found).toEqual([completion]);
  ask("1");
  await settle();
  expect(await kernel.complete("sc.para", 7)).toEqual([]);
});

test("a completion under way when its Python ends is answered with nothing", async () => {
  const { kernel, pool, ready } = puppetConsole();
  pool.warm();
  await ready();
  const found = kernel.complete("sc.para", 7);
  kernel.restart();
  expect(await found).toEqual([]);
});

test("dropped files are told to each Python, and a name is there once", async () => {
  const { kernel, pool, latest, ready } = puppetConsole();
  kernel.addFiles([new File(["abc"], "a.txt")]);
  pool.warm();
  await ready();
  kernel.addFiles([new File(["abcd"], "a.txt"), new File(["x"], "b.txt")]);
  expect(kernel.files.value).toEqual([
    { name: "a.txt", size: 4 },
    { name: "b.txt", size: 1 },
  ]);
  kernel.removeFile("a.txt");
  const told = latest().told("files");
  expect(told.map(({ files }) => files.map(({ name }) => name))).toEqual([["a.txt"], ["a.txt", "b.txt"], ["b.txt"]]);
});
