// @vitest-environment happy-dom
import { afterEach, expect, test, vi } from "vitest";
import { Desk } from "../notebook/desk.ts";
import { route } from "../route.ts";
import { cellOpener } from "./cell_lines.ts";

afterEach(() => {
  route.value = { view: "notebook", job: "" };
});

test("a line of a cell leads to the notebook, with the cursor there", async () => {
  const desk = new Desk("");
  const cell = desk.notebook.add(null, "a = 1\nb = 2");
  route.value = { view: "jobs", job: "j1" };
  cellOpener(desk)(`cell ${cell.id}:2`)?.();
  expect(route.value.view).toBe("notebook");
  await vi.waitFor(() => expect(desk.focus.value).toEqual({ cell: cell.id, line: 2 }));
  desk.end();
});

test.each(["job.py:12", "cell 77:1", "cell 1", ""])("%o is no line of this notebook", (callSite) => {
  const desk = new Desk("");
  desk.notebook.add();
  expect(cellOpener(desk)(callSite)).toBeNull();
  desk.end();
});
