import { beforeEach, expect, test } from "vitest";
import { Cell } from "./cell.ts";
import { Notebook } from "./notebook.ts";

let notebook: Notebook;
const texts = () => notebook.cells.value.map(({ source }) => source.value);
const [a, b, c] = [0, 1, 2].map((index) => () => notebook.cells.value[index] as Cell) as [
  () => Cell,
  () => Cell,
  () => Cell,
];

beforeEach(() => {
  notebook = new Notebook();
  for (const source of ["a", "b", "c"]) notebook.add(null, source);
});

test("a cell is added after another one, and is the current one then", () => {
  const added = notebook.add(a(), "new");
  expect(texts()).toEqual(["a", "new", "b", "c"]);
  expect(notebook.current.value).toBe(added.id);
});

test("a deleted cell comes back with undo, as it was", () => {
  const cell = b();
  cell.outputs.value = [{ is: "stream", name: "stdout", text: "kept", dropped: 0 }];
  notebook.remove(cell);
  expect(texts()).toEqual(["a", "c"]);
  notebook.undo();
  expect(b()).toBe(cell);
});

test("moving stops at the ends, and is undone too", () => {
  notebook.move(a(), -1);
  notebook.move(c(), 5);
  expect(texts()).toEqual(["a", "b", "c"]);
  notebook.move(c(), -2);
  expect(texts()).toEqual(["c", "a", "b"]);
  notebook.undo();
  expect(texts()).toEqual(["a", "b", "c"]);
});

test("replacing all cells is one step back", () => {
  notebook.replace(["x", "y"]);
  notebook.undo();
  expect(texts()).toEqual(["a", "b", "c"]);
});

test("after the current cell is deleted its successor is the current one, or the last", () => {
  notebook.current.value = b().id;
  notebook.remove(b());
  expect(notebook.current.value).toBe(b().id);
  notebook.remove(b());
  expect(notebook.current.value).toBe(a().id);
});

test("no id is ever given twice, neither after a load nor after a deletion", () => {
  notebook.load([new Cell("7", "old"), new Cell("x", "odd")]);
  const first = notebook.add();
  notebook.remove(first);
  expect([first.id, notebook.add().id]).toEqual(["8", "9"]);
});

test("the log has the cells that ran, as they ran, in the order in which they did", () => {
  b().ran.value = { source: "b then", order: notebook.nextOrder(), actions: [{ plan: "p", job: "j" }] };
  a().ran.value = { source: "a", order: notebook.nextOrder(), actions: [] };
  expect(notebook.log()).toEqual([
    { id: b().id, source: "b then", actions: [{ plan: "p", job: "j" }] },
    { id: a().id, source: "a", actions: [] },
  ]);
  expect([a().edited, b().edited, c().edited]).toEqual([false, true, false]);
});

test("a cell that was stopped is not in the log: its replay would have to be stopped as well", () => {
  a().ran.value = { source: "while True: pass", order: notebook.nextOrder(), actions: [] };
  a().run.value = { is: "stopped", took: 1 };
  expect(notebook.log()).toEqual([]);
});

test("cells without a text make an empty notebook", () => {
  expect(notebook.isEmpty.value).toBe(false);
  notebook.replace(["", "  \n"]);
  expect(notebook.isEmpty.value).toBe(true);
});
