import { signal } from "@preact/signals";
import { beforeEach, expect, test, vi } from "vitest";
import { FakeKernel } from "../../../tests/fake_kernel.ts";
import type { Kernel } from "../kernel.ts";
import type { Cell } from "./cell.ts";
import { Notebook } from "./notebook.ts";
import { Runs } from "./runs.ts";

let kernel: FakeKernel;
let notebook: Notebook;
let runs: Runs;
let now: number;
let flushes: (() => void)[];
const changed = vi.fn();
const cell = (index: number) => notebook.cells.value[index] as Cell;
const states = () => notebook.cells.value.map(({ run }) => run.value.is);

beforeEach(() => {
  kernel = new FakeKernel();
  notebook = new Notebook();
  now = 1000;
  flushes = [];
  changed.mockReset();
  for (const source of ["a = 1", "b = 2", "c = 3"]) notebook.add(null, source);
  runs = new Runs(notebook, signal<Kernel | null>(kernel), {
    now: () => now,
    soon: (flush) => flushes.push(flush),
    changed,
  });
});

test("cells run one after the other, and each tells how long it took", async () => {
  runs.runAll();
  expect(states()).toEqual(["running", "queued", "queued"]);
  now = 3500;
  await kernel.end("done");
  expect(cell(0).run.value).toEqual({ is: "done", took: 2500 });
  expect(states()).toEqual(["done", "running", "queued"]);
  expect(kernel.asked.map(({ source }) => source)).toEqual(["a = 1", "b = 2"]);
});

test("after a cell that fails nothing that was in line runs", async () => {
  runs.runAll();
  kernel.tell({ is: "error", error: { type: "ValueError", message: "no", traceback: "", line: 1 } });
  await kernel.end("failed");
  expect(states()).toEqual(["failed", "never", "never"]);
  expect(kernel.asked).toHaveLength(1);
});

test("Stop ends the running cell and forgets those in line", async () => {
  runs.runAll();
  runs.stop();
  expect(kernel.stops).toBe(1);
  expect(states()).toEqual(["running", "never", "never"]);
  await kernel.end("stopped");
  expect(states()).toEqual(["stopped", "never", "never"]);
});

test("a restart forgets the log here and for later pages, and cells keep what they showed", async () => {
  runs.run([cell(0)]);
  kernel.tell({ is: "stream", name: "stdout", text: "kept" });
  await kernel.end("done");
  changed.mockReset();
  runs.restart();
  expect([kernel.restarts, notebook.log()]).toEqual([1, []]);
  expect(cell(0).outputs.value).toMatchObject([{ text: "kept" }]);
  expect(changed.mock.calls).toEqual([[cell(0), "soon"]]);
});

test("what a cell printed before is gone when it runs again, and what it prints comes in gathered pieces", () => {
  cell(0).outputs.value = [{ is: "stream", name: "stdout", text: "old", dropped: 0 }];
  runs.run([cell(0)]);
  expect(cell(0).outputs.value).toEqual([]);
  for (let index = 0; index < 1000; index++) kernel.tell({ is: "stream", name: "stdout", text: `${index} \u001b[0m` });
  expect(flushes).toHaveLength(1);
  flushes[0]?.();
  const [stream] = cell(0).outputs.value;
  expect(stream?.is === "stream" && stream.text.startsWith("0 1 2 3")).toBe(true);
});

test("nothing that was said before the end is lost with the end", async () => {
  runs.run([cell(0)]);
  kernel.tell({ is: "stream", name: "stdout", text: "the last word" });
  await kernel.end("done");
  expect(cell(0).outputs.value).toMatchObject([{ text: "the last word" }]);
});

test("a run is saved when it begins and when it ends, and its actions as they come", async () => {
  runs.run([cell(0)]);
  expect(changed).toHaveBeenLastCalledWith(cell(0), "now");
  kernel.tell({ is: "action", k: 0, action: { plan: "p0", job: "j0" } });
  kernel.tell({ is: "action", k: 1, action: { plan: "p1", job: "j1" } });
  await kernel.end("done");
  expect(cell(0).ran.value).toEqual({
    source: "a = 1",
    order: 1,
    actions: [
      { plan: "p0", job: "j0" },
      { plan: "p1", job: "j1" },
    ],
  });
  expect(changed).toHaveBeenLastCalledWith(cell(0), "now");
});

test("what is typed while a cell waits in line runs the next time", async () => {
  runs.run([cell(0), cell(1)]);
  cell(1).source.value = "b = 22";
  await kernel.end("done");
  expect(kernel.asked[1]?.source).toBe("b = 2");
  await kernel.end("done");
  expect(cell(1).edited).toBe(true);
});

test("cells of the log that are replayed say so, and keep what they showed", async () => {
  cell(0).outputs.value = [{ is: "stream", name: "stdout", text: "of yesterday", dropped: 0 }];
  kernel.atOnce = false;
  runs.run([cell(2)]);
  kernel.tell({ is: "replaying", cell: cell(0).id, recalled: true });
  expect(states()[0]).toBe("replaying");
  kernel.tell({ is: "replaying", cell: cell(1).id, recalled: false });
  expect(cell(0).run.value).toMatchObject({ is: "done", again: "recalled" });
  kernel.tell({ is: "stream", name: "stdout", text: "own" });
  expect(cell(1).run.value).toMatchObject({ is: "done", again: "replayed" });
  await kernel.end("done");
  expect(cell(0).outputs.value).toMatchObject([{ text: "of yesterday" }]);
});

test("an action is kept with its cell, that of a replayed one with that one", async () => {
  cell(0).ran.value = { source: "a", order: 1, actions: [{ plan: "p0", job: "gone" }] };
  runs.run([cell(2)]);
  kernel.tell({ is: "action", cell: cell(0).id, k: 0, action: { plan: "p0", job: "j2" } });
  kernel.tell({ is: "action", k: 0, action: { plan: "p1", job: "j3" } });
  await kernel.end("done");
  expect(cell(0).ran.value?.actions).toEqual([{ plan: "p0", job: "j2" }]);
  expect(cell(2).ran.value?.actions).toEqual([{ plan: "p1", job: "j3" }]);
});

test("a kernel that breaks ends the run with an error, and the next one can begin", async () => {
  vi.spyOn(kernel, "run").mockRejectedValueOnce(new Error("the Worker is gone"));
  runs.run([cell(0)]);
  await new Promise((resolve) => setTimeout(resolve));
  expect(cell(0).run.value.is).toBe("failed");
  expect(cell(0).outputs.value).toMatchObject([{ is: "error", error: { message: "Error: the Worker is gone" } }]);
  runs.run([cell(1)]);
  expect(states()[1]).toBe("running");
});

test("an empty cell does not run, nor does one twice that is in line", () => {
  const empty = notebook.add();
  runs.run([empty, cell(0), cell(0)]);
  runs.run([cell(0)]);
  expect(empty.run.value.is).toBe("never");
  expect(kernel.asked).toHaveLength(1);
});
