import { expect, test } from "vitest";
import { puppetConsole, settle } from "../../../tests/puppet_console.ts";
import type { CellEvent } from "../kernel.ts";

const text = (words: string): CellEvent => ({ is: "stream", name: "stdout", text: words });

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
