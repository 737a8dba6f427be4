import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { puppetConsole, settle } from "../../../tests/puppet_console.ts";
import { HEARS_WITHIN } from "./python.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

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
