import { expect, test } from "vitest";
import type { CellEvent } from "../kernel.ts";
import { errorIn, OUTPUTS_KEPT, type Output, STREAM_KEPT, withEvent } from "./outputs.ts";

function after(...events: CellEvent[]): readonly Output[] {
  return events.reduce(withEvent, [] as readonly Output[]);
}
const printed = (text: string, name: "stdout" | "stderr" = "stdout"): CellEvent => ({ is: "stream", name, text });

test("printed pieces join to one text, and the two streams stay apart", () => {
  expect(after(printed("a"), printed("b\n"), printed("oh", "stderr"), printed("c"))).toEqual([
    { is: "stream", name: "stdout", text: "ab\n", dropped: 0 },
    { is: "stream", name: "stderr", text: "oh", dropped: 0 },
    { is: "stream", name: "stdout", text: "c", dropped: 0 },
  ]);
});

test("of an endless text the newest is kept, and it is counted what was dropped", () => {
  const [stream] = after(printed("x".repeat(STREAM_KEPT)), printed("the end"));
  expect(stream).toMatchObject({ dropped: 7 });
  expect(stream?.is === "stream" && [stream.text.length, stream.text.endsWith("the end")]).toEqual([STREAM_KEPT, true]);
});

test("a display with the same id replaces the one before, where it stood", () => {
  const shown = (id: string, text: string): CellEvent => ({ is: "display", id, data: { "text/plain": text } });
  expect(after(shown("a", "1"), printed("x"), shown("a", "2"))).toEqual([
    { is: "display", id: "a", data: { "text/plain": "2" } },
    { is: "stream", name: "stdout", text: "x", dropped: 0 },
  ]);
});

test("a loop that shows without end does not fill the page", () => {
  const many = Array.from({ length: OUTPUTS_KEPT + 5 }, (_, index): CellEvent => {
    return { is: "display", id: String(index), data: { "text/plain": "" } };
  });
  expect(after(...many)).toHaveLength(OUTPUTS_KEPT);
});

test("the newest error is found, and jobs show nothing by themselves", () => {
  const error = { type: "ValueError", message: "no", traceback: "" };
  const outputs = after({ is: "job", job: "j1", recalled: false }, { is: "error", error });
  expect(outputs).toHaveLength(1);
  expect(errorIn(outputs)).toBe(error);
  expect(errorIn([])).toBeNull();
});
