// @vitest-environment happy-dom
import axe from "axe-core";
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FakeKernel } from "../../../tests/fake_kernel.ts";
import { FakeLine } from "../../../tests/fake_line.ts";
import type { CellEvent } from "../kernel.ts";
import { Shell } from "../shell/shell.tsx";
import * as state from "../state.ts";
import type { Cell } from "./cell.ts";
import { Desk } from "./desk.ts";

const hostile = `<img src=x onerror="alert(1)"><script>alert(2)</script>\u202e${"W".repeat(100_000)}`;
let kernel: FakeKernel;
let line: FakeLine;
let desk: Desk;
let page: HTMLElement;
const first = () => desk.notebook.cells.value[0] as Cell;
const cellOf = (cell: Cell) => page.querySelector<HTMLElement>(`#cell-${cell.id}`);
const later = () => act(() => new Promise<void>((resolve) => setTimeout(resolve, 80)));

beforeEach(async () => {
  kernel = new FakeKernel();
  line = new FakeLine();
  state.kernel.value = kernel;
  state.line.value = line;
  state.connection.value = { is: "open" };
  desk = new Desk("nonce");
  page = document.createElement("div");
  document.body.replaceChildren(page);
  render(<Shell desk={desk} />, page);
  await later();
});

afterEach(() => {
  render(null, page);
  desk.end();
  state.kernel.value = null;
  state.line.value = null;
  state.connection.value = { is: "connecting" };
});

async function run(...events: CellEvent[]): Promise<void> {
  first().source.value = "something()";
  desk.runCell(first(), false);
  kernel.tell(...events);
  await later();
}

async function violations(): Promise<string[]> {
  // What needs a layout (colours, sizes) is looked at in real browsers.
  const { violations: found } = await axe.run(page, { rules: { "color-contrast": { enabled: false } } });
  return found.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
}

test("before the stored notebook has come nothing can be written over it", () => {
  expect(page.querySelector(".cell")).toBeNull();
  expect(page.querySelector("#add-cell")).toBeNull();
});

test("an empty notebook says what to do, and an example opens with one click", async () => {
  line.tell({ type: "Notebook", cells: [], next_node: 0, next_request: 0 });
  await later();
  expect(page.querySelectorAll(".welcome ol li")).toHaveLength(3);
  expect(await violations()).toEqual([]);
  await expect.poll(() => page.querySelector('[data-example="Word count"]')).not.toBeNull();
  page.querySelector<HTMLButtonElement>('[data-example="Word count"]')?.click();
  await later();
  expect(page.querySelector(".welcome")).toBeNull();
  expect(page.querySelectorAll(".cell").length).toBeGreaterThan(2);
  expect(first().source.value).toContain("# Word count");
});

test("stored cells and what they showed are there before any Python", async () => {
  state.kernel.value = null;
  line.tell({
    type: "Notebook",
    cells: [
      {
        id: "4",
        source: "print('ü')",
        outputs: new TextEncoder().encode(
          JSON.stringify({
            outputs: [{ is: "stream", name: "stdout", text: "ü", dropped: 0 }],
            run: { is: "done", took: 3 },
          }),
        ),
      },
    ],
    next_node: 0,
    next_request: 0,
  });
  await later();
  expect(page.querySelector("#cell-4 .outputs")?.textContent).toBe("ü");
  expect(page.querySelector("#cell-4")?.textContent).toContain("print('ü')");
});

test("the kernel is told the stored log once, and is not told again as cells run", async () => {
  const ran = new TextEncoder().encode(JSON.stringify({ source: "a", order: 1, actions: [{ plan: "p", job: "j" }] }));
  line.tell({ type: "Notebook", cells: [{ id: "1", source: "a", actions: ran }], next_node: 0, next_request: 0 });
  expect(kernel.log).toEqual([{ id: "1", source: "a", actions: [{ plan: "p", job: "j" }] }]);
  const told = kernel.log;
  await run();
  expect(kernel.log).toBe(told);
});

test("while a cell waits for a job it shows how far that is", async () => {
  line.tell({ type: "Notebook", cells: [], next_node: 0, next_request: 0 });
  await run();
  kernel.state.value = { is: "waiting", cell: first().id };
  kernel.waitingFor.value = ["j3"];
  line.tell({ type: "Progress", job: "j3", done: 3, total: 12, running: 2, volunteers: 2 });
  await later();
  const bar = cellOf(first())?.querySelector("progress");
  expect([bar?.value, bar?.max]).toEqual([3, 12]);
  expect(cellOf(first())?.textContent).toContain("3 of 12 tasks");
  line.tell({ type: "Progress", job: "j3", done: 3, total: 12, running: 0, volunteers: 0 });
  await later();
  expect(cellOf(first())?.textContent).toContain("Share the invite link");
  expect(await violations()).toEqual([]);
});

test("an error names its line, task and volunteer, and a click leads to the line", async () => {
  line.tell({ type: "Notebook", cells: [], next_node: 0, next_request: 0 });
  const error = { type: "ZeroDivisionError", message: "division by zero", traceback: "Traceback ...", line: 1 };
  await run({ is: "error", error: { ...error, partition: 3, volunteer: "Ada's phone" } });
  await kernel.end("failed");
  await later();
  const shown = cellOf(first())?.querySelector(".error");
  expect(shown?.textContent).toContain("ZeroDivisionError: division by zero");
  expect(shown?.textContent).toContain("partition 3 on Ada's phone");
  expect(shown?.querySelector("details")?.open).toBe(false);
  shown?.querySelector<HTMLButtonElement>(".at")?.click();
  expect(desk.notebook.current.value).toBe(first().id);
  expect(await violations()).toEqual([]);
});

test("records are a table that sorts, and its pages turn", async () => {
  line.tell({ type: "Notebook", cells: [], next_node: 0, next_request: 0 });
  const rows = Array.from({ length: 40 }, (_, index) => [`r${index}`, index]);
  const table = { columns: ["name", "n"], rows, more: true, growing: false };
  await run({ is: "display", id: "t", data: { "text/plain": "t", "application/vnd.tabswarm.table+json": table } });
  const cells = () => [...page.querySelectorAll(".table tbody td:first-child")].map(({ textContent }) => textContent);
  expect(cells()[0]).toBe("r0");
  for (let clicks = 0; clicks < 2; clicks++) page.querySelectorAll<HTMLButtonElement>(".table th button")[1]?.click();
  await later();
  expect(cells()[0]).toBe("r39");
  expect(page.querySelectorAll(".table th")[1]?.getAttribute("aria-sort")).toBe("descending");
  page.querySelector<HTMLButtonElement>('[aria-label="Next page"]')?.click();
  await later();
  expect(page.querySelector(".table")?.textContent).toContain("Page 2 of 3");
  expect(page.querySelector(".table")?.textContent).toContain("the first 40 rows");
  expect(await violations()).toEqual([]);
});

test("whatever a cell says is text, never markup", async () => {
  line.tell({ type: "Notebook", cells: [], next_node: 0, next_request: 0 });
  const table = { columns: [hostile], rows: [[hostile]], more: false, growing: false };
  const file = { name: hostile, type: hostile, data: "AAAA" };
  await run(
    { is: "stream", name: "stdout", text: hostile },
    { is: "display", id: hostile, data: { "text/plain": hostile, "application/json": { a: hostile } } },
    { is: "display", id: "t", data: { "text/plain": hostile, "application/vnd.tabswarm.table+json": table } },
    { is: "display", id: "f", data: { "text/plain": hostile, "application/vnd.tabswarm.file+json": file } },
    { is: "display", id: "i", data: { "text/plain": hostile, "image/png": 'x" onerror="alert(1)' } },
    { is: "error", error: { type: hostile, message: hostile, traceback: hostile, volunteer: hostile, partition: 1 } },
  );
  expect(page.querySelector("img, script, [onerror], [style]")).toBeNull();
  expect(page.querySelector(".stream pre")?.textContent?.startsWith("<img src=x")).toBe(true);
});

test("a notebook that was opened elsewhere says so calmly, and cannot be changed", async () => {
  line.tell({ type: "Notebook", cells: [{ id: "1", source: "a = 1" }], next_node: 0, next_request: 0 });
  state.connection.value = { is: "taken-over" };
  await later();
  expect(page.querySelector(".elsewhere")?.textContent).toContain("This notebook was opened elsewhere");
  expect(page.querySelector("#take-back")).not.toBeNull();
  expect(page.querySelector("#run-all")).toBeNull();
  expect(page.querySelector<HTMLButtonElement>(".cell .run button")?.disabled).toBe(true);
  expect(page.querySelector(".cell-tools")).toBeNull();
  expect(await violations()).toEqual([]);
});

test("what is typed is saved, and the page says when it is", async () => {
  line.tell({ type: "Notebook", cells: [{ id: "1", source: "a = 1" }], next_node: 0, next_request: 0 });
  await later();
  first().source.value = "a = 2";
  desk.saving.flush();
  await later();
  expect(page.querySelector("#saved")?.getAttribute("data-state")).toBe("unsaved");
  const saved = line.said.at(-1);
  expect(saved).toMatchObject({ type: "SaveCells", cells: [{ id: "1", source: "a = 2" }], order: ["1"] });
  line.tell({ type: "CellsSaved", request: saved?.type === "SaveCells" ? saved.request : 0, refused: "too large" });
  await later();
  expect(page.querySelector("#saved")?.textContent).toBe("Not saved: too large");
});

test("opening a file asks before cells that are here make room, and undo brings them back", async () => {
  line.tell({ type: "Notebook", cells: [{ id: "1", source: "mine" }], next_node: 0, next_request: 0 });
  await later();
  const data = { types: ["Files"], files: [new File(["# %%\ntheirs\n"], "other.py"), new File(["a b"], "data.txt")] };
  dispatchEvent(Object.assign(new Event("drop"), { dataTransfer: data }));
  await later();
  expect(kernel.files.value).toEqual([{ name: "data.txt", size: 3 }]);
  expect(page.querySelector("#question")?.textContent).toContain("Open other.py in the place");
  page.querySelector<HTMLButtonElement>("#replace")?.click();
  await later();
  expect(desk.notebook.cells.value.map(({ source }) => source.value)).toEqual(["theirs"]);
  page.querySelector<HTMLButtonElement>("#undo")?.click();
  expect(first().source.value).toBe("mine");
});
