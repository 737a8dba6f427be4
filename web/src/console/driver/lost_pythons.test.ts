import { expect, test } from "vitest";
import { puppetConsole, settle } from "../../../tests/puppet_console.ts";

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
