// @vitest-environment happy-dom
import { CompletionContext } from "@codemirror/autocomplete";
import { EditorState } from "@codemirror/state";
import { expect, test, vi } from "vitest";
import { completionsBy } from "./completion.ts";
import { openEditor } from "./editor.ts";

function wishes(text: string) {
  return {
    text,
    label: "Code of cell 3",
    placeholder: "",
    readOnly: false,
    nonce: "n0nce",
    complete: vi.fn(async () => []),
    changed: vi.fn(),
    run: vi.fn(),
    focused: vi.fn(),
    leave: vi.fn(),
  };
}

function opened(text: string) {
  const place = document.createElement("div");
  document.body.replaceChildren(place);
  const wished = wishes(text);
  const editor = openEditor(place, wished);
  const content = place.querySelector(".cm-content") as HTMLElement;
  const press = (key: string, keys: KeyboardEventInit = {}) =>
    content.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...keys }));
  return { editor, wished, content, press };
}

test("the editor's style sheets carry the page's nonce, and it says whose code it shows", () => {
  const { content } = opened("a = 1");
  const sheets = [...document.querySelectorAll("style")];
  expect(sheets.length).toBeGreaterThan(0);
  expect(sheets.every((sheet) => sheet.getAttribute("nonce") === "n0nce")).toBe(true);
  expect(content.getAttribute("aria-label")).toBe("Code of cell 3");
});

test("Ctrl+Enter runs, and Shift+Enter runs and goes on", () => {
  const { wished, press } = opened("a = 1");
  press("Enter", { ctrlKey: true });
  press("Enter", { shiftKey: true });
  expect(wished.run.mock.calls).toEqual([[false], [true]]);
});

test("the arrows lead out of a cell at its first and last line", () => {
  const { wished, press } = opened("only one line");
  press("ArrowUp");
  press("ArrowDown");
  expect(wished.leave.mock.calls).toEqual([[-1], [1]]);
});

test("another text from outside is shown, and the same one tells nobody", () => {
  const { editor, wished, content } = opened("a");
  editor.setText("a");
  expect(wished.changed).not.toHaveBeenCalled();
  editor.setText("b");
  expect(content.textContent).toBe("b");
});

test("a mark stands at the error's line, wherever that is said to be", () => {
  const { editor } = opened("a\nb\nc");
  for (const line of [2, 99, -5, 1.5]) editor.mark({ line, message: "<b>no</b>" });
  expect(document.querySelector(".cm-lintRange-error")?.textContent).toBe("a");
  editor.mark(null);
  expect(document.querySelector(".cm-lintRange-error")).toBeNull();
});

test("a taken-over cell can be read and not written", () => {
  const { editor, content } = opened("a");
  editor.setReadOnly(true);
  expect(content.getAttribute("contenteditable")).toBe("false");
});

const found = { label: "map", kind: "function", detail: "map(f)", info: "<b>Each</b> record" } as const;

function asked(text: string, explicit = false) {
  const complete = vi.fn(async () => [found]);
  const context = new CompletionContext(EditorState.create({ doc: text }), text.length, explicit);
  return { complete, answer: completionsBy(complete)(context) };
}

test("completion asks at a word and after a dot, and elsewhere only when it is asked for", async () => {
  expect((await asked("rdd.ma").answer)?.from).toBe(4);
  expect((await asked("rdd.").answer)?.from).toBe(4);
  const idle = asked("rdd + ");
  expect([await idle.answer, idle.complete.mock.calls.length]).toEqual([null, 0]);
  expect((await asked("rdd + ", true).answer)?.from).toBe(6);
});

test("a completion shows its signature once, and its docstring as text", async () => {
  const [option] = (await asked("rdd.m").answer)?.options ?? [];
  expect([option?.label, option?.detail]).toEqual(["map", "(f)"]);
  const info = typeof option?.info === "function" ? ((await option.info(option)) as HTMLElement) : null;
  expect([info?.textContent, info?.querySelector("b")]).toEqual(["<b>Each</b> record", null]);
});
