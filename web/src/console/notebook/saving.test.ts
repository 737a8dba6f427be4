import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Cell } from "./cell.ts";
import { Notebook } from "./notebook.ts";
import { type SaveRequest, Saving } from "./saving.ts";
import { packCell } from "./stored.ts";

let notebook: Notebook;
let saving: Saving;
let sent: SaveRequest[];
let open: boolean;
const cell = (index: number) => notebook.cells.value[index] as Cell;
const last = () => sent.at(-1) as SaveRequest;

beforeEach(() => {
  vi.useFakeTimers();
  notebook = new Notebook();
  notebook.replace(["a", "b"]);
  sent = [];
  open = true;
  saving = new Saving(notebook, (request) => {
    if (open) sent.push(request);
    return open;
  });
  saving.loaded();
});

afterEach(() => {
  saving.end();
  vi.useRealTimers();
});

test("what is typed is saved when one pauses, the changed cell alone and the whole order", () => {
  cell(0).source.value = "a1";
  expect(saving.state.value.is).toBe("unsaved");
  vi.advanceTimersByTime(100);
  cell(0).source.value = "a2";
  expect(sent).toEqual([]);
  vi.advanceTimersByTime(500);
  expect(sent.map(({ cells, order }) => [cells.map(({ source }) => source), order])).toEqual([
    [["a2"], [cell(0).id, cell(1).id]],
  ]);
  expect(saving.state.value.is).toBe("unsaved");
  saving.answered(last().request, "");
  expect(saving.state.value.is).toBe("saved");
});

test("nothing is sent where nothing changed", () => {
  saving.flush();
  vi.advanceTimersByTime(10_000);
  expect(sent).toEqual([]);
});

test("a run is saved at once", () => {
  saving.mark(cell(1), "now");
  expect(last().cells.map(({ id }) => id)).toEqual([cell(1).id]);
});

test("a change while a save is on its way is not taken for saved", () => {
  saving.mark(cell(0), "now");
  cell(0).source.value = "meanwhile";
  saving.answered(last().request, "");
  expect(saving.state.value.is).toBe("unsaved");
  vi.advanceTimersByTime(1000);
  expect(last().cells[0]?.source).toBe("meanwhile");
});

test("a refused save is told with its reason, and goes with the next change", () => {
  saving.mark(cell(0), "now");
  saving.answered(last().request, "a cell's source may have 256 KiB");
  expect(saving.state.value).toEqual({ is: "refused", reason: "a cell's source may have 256 KiB" });
  saving.mark(cell(1), "now");
  expect(last().cells.map(({ id }) => id)).toEqual([cell(0).id, cell(1).id]);
  saving.answered(last().request, "");
  expect(saving.state.value.is).toBe("saved");
});

test("deleted cells go from the order, and undo sends the cell whole again", () => {
  const gone = cell(0);
  notebook.remove(gone);
  saving.flush();
  expect(last().order).toEqual([cell(0).id]);
  saving.answered(last().request, "");
  notebook.undo();
  saving.flush();
  expect(last().cells.map(({ id }) => id)).toEqual([gone.id]);
});

test("what a broken session took with it is sent again by the next one, and no more than that", () => {
  saving.mark(cell(0), "now");
  const stored = notebook.cells.value.map(packCell);
  open = false;
  cell(1).source.value = "offline";
  vi.advanceTimersByTime(1000);
  open = true;
  saving.resumed(stored);
  expect(last().cells.map(({ source }) => source)).toEqual(["a", "offline"]);
});

test("more than a message may carry goes in several, and the last one names all cells", () => {
  const big: Cell[] = [];
  for (let index = 0; index < 20; index++) {
    const added = notebook.add(null, `${index}`);
    added.outputs.value = [{ is: "display", id: "d", data: { "text/plain": "x".repeat(900_000) } }];
    big.push(added);
  }
  for (saving.flush(); saving.state.value.is !== "saved"; vi.advanceTimersByTime(1000)) {
    saving.answered(last().request, "");
    const known = new Set([cell(0), cell(1)].map(({ id }) => id));
    for (const { cells, order } of sent) {
      for (const { id } of cells) known.add(id);
      expect(order.filter((id) => !known.has(id))).toEqual([]);
    }
    if (sent.length > 10) break;
  }
  expect(sent.flatMap(({ cells }) => cells)).toHaveLength(20);
  expect(sent.length).toBeGreaterThan(1);
  expect(last().order).toHaveLength(22);
});

test("a text that is no text to Python does not end the session", () => {
  cell(0).source.value = "a = '\ud83d'";
  saving.flush();
  expect(last().cells[0]?.source).toBe("a = '\ufffd'");
});

test("a coordinator that lost the notebook gets all of it again", () => {
  saving.resumed([]);
  expect(last().cells.map(({ source }) => source)).toEqual(["a", "b"]);
});
