import { expect, test } from "vitest";
import { Cell } from "./cell.ts";
import type { Output } from "./outputs.ts";
import { isLeftOut, OUTPUTS_LIMIT, packCell, unpackCell } from "./stored.ts";

function ranCell(...outputs: Output[]): Cell {
  const cell = new Cell("3", "print('ü')");
  cell.outputs.value = outputs;
  cell.run.value = { is: "done", took: 1234 };
  cell.ran.value = { source: "print('ü')", order: 7, actions: [{ plan: "p", job: "j" }] };
  return cell;
}

test("a cell comes back from the store as it was", () => {
  const cell = ranCell(
    { is: "stream", name: "stdout", text: "ü\n", dropped: 3 },
    { is: "display", id: "d", data: { "text/plain": "1", "image/png": "AAAA" } },
    { is: "error", error: { type: "E", message: "m", traceback: "t", line: 2 } },
  );
  const back = unpackCell(packCell(cell));
  expect([back.id, back.source.value]).toEqual(["3", "print('ü')"]);
  expect(back.outputs.value).toEqual(cell.outputs.value);
  expect(back.run.value).toEqual({ is: "done", took: 1234 });
  expect(back.ran.value).toEqual(cell.ran.value);
});

test("a cell that never ran, and one that ran when the page went, come back as such", () => {
  expect(unpackCell(packCell(new Cell("1", "x"))).run.value).toEqual({ is: "never" });
  const running = ranCell();
  running.run.value = { is: "running", since: 0 };
  expect(unpackCell(packCell(running)).run.value).toEqual({ is: "left" });
});

test("what is too large for the store is cut, the largest first, and the rest is kept", () => {
  const cell = ranCell(
    { is: "display", id: "picture", data: { "text/plain": "a picture", "image/png": "A".repeat(3 * 2 ** 20) } },
    { is: "stream", name: "stdout", text: "ü".repeat(800_000), dropped: 0 },
    { is: "stream", name: "stderr", text: "small", dropped: 0 },
  );
  const packed = packCell(cell);
  expect(packed.outputs?.length).toBeLessThanOrEqual(OUTPUTS_LIMIT);
  const [picture, text, small] = unpackCell(packed).outputs.value;
  expect(picture?.is === "display" && [picture.data["text/plain"], isLeftOut(picture.data)]).toEqual([
    "a picture",
    true,
  ]);
  expect(text?.is === "stream" && text.text.length + text.dropped).toBe(800_000);
  expect(small).toMatchObject({ text: "small" });
  expect(isLeftOut({ "text/plain": "" })).toBe(false);
});

test("outputs that nobody can read cost the outputs, never the source", () => {
  const odd = [new Uint8Array([255, 0]), new TextEncoder().encode('{"outputs": [{"is": "display", "data": 1}, null]}')];
  for (const outputs of odd) {
    const cell = unpackCell({ id: "1", source: "kept", outputs, actions: outputs });
    expect([cell.source.value, cell.outputs.value, cell.ran.value]).toEqual(["kept", [], null]);
  }
});
