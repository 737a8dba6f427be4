import { useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { notebook as text } from "../../../strings/notebook.ts";
import { kernel } from "../../state.ts";
import type { Cell } from "../cell.ts";
import type { Desk } from "../desk.ts";
import type { Editor } from "../editor/editor.ts";
import { errorIn } from "../outputs.ts";

/**
 * A cell's code: plain text at first, an editor as soon as it comes near the screen and the editor's script is there.
 * A notebook of a thousand cells has editors for the few that are looked at.
 */
export function CellEditor({ cell, desk }: { cell: Cell; desk: Desk }) {
  const place = useRef<HTMLDivElement>(null);
  const editor = useSignal<Editor | null>(null);
  const near = useSignal(false);

  useEffect(() => watchNear(place.current, () => (near.value = true)), []);

  useEffect(() => {
    if (!near.value || !place.current) return;
    let gone = false;
    let opened: Editor | null = null;
    const into = place.current;
    void import("../editor/editor.ts").then(({ openEditor }) => {
      if (gone) return;
      opened = openEditor(into, {
        text: cell.source.peek(),
        label: text.cell.code(cell.id),
        placeholder: text.cell.placeholder,
        readOnly: desk.readOnly.peek(),
        nonce: desk.nonce,
        complete: async (source, cursor) => (await kernel.peek()?.complete(source, cursor)) ?? [],
        changed: (source) => {
          cell.source.value = source;
        },
        run: (goOn) => desk.runCell(cell, goOn),
        focused: () => {
          desk.notebook.current.value = cell.id;
        },
        leave: (by) => desk.step(cell, by),
      });
      editor.value = opened;
    });
    return () => {
      gone = true;
      opened?.end();
      editor.value = null;
    };
  }, [cell, near.value]);

  useSignalEffect(() => editor.value?.setText(cell.source.value));
  useSignalEffect(() => editor.value?.setReadOnly(desk.readOnly.value));
  useSignalEffect(() => {
    const error = errorIn(cell.outputs.value);
    const here = error?.line !== undefined && (error.cell === undefined || error.cell === cell.id);
    editor.value?.mark(here ? { line: error.line as number, message: `${error.type}: ${error.message}` } : null);
  });
  useSignalEffect(() => {
    const wanted = desk.focus.value;
    if (wanted?.cell !== cell.id) return;
    near.value = true;
    if (!editor.value) return;
    desk.focus.value = null;
    editor.value.focus(wanted.line);
  });

  return (
    <div class="code">
      {editor.value === null && (
        // biome-ignore lint/a11y/useSemanticElements: a preformatted text and no section
        <pre
          class="plain"
          role="region"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: it becomes the editor as soon as the keyboard reaches it
          tabIndex={0}
          aria-label={text.cell.code(cell.id)}
          onFocus={() => desk.focusOn(cell)}
        >
          {cell.source.value || " "}
        </pre>
      )}
      <div ref={place} />
    </div>
  );
}

/** Calls once when the element is on the screen or a page away from it; at once where a browser cannot tell. */
function watchNear(element: HTMLElement | null, seen: () => void): (() => void) | undefined {
  if (!element) return undefined;
  if (!("IntersectionObserver" in globalThis)) {
    seen();
    return undefined;
  }
  const observer = new IntersectionObserver(
    (entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      observer.disconnect();
      seen();
    },
    { rootMargin: "100% 0px" },
  );
  observer.observe(element.parentElement ?? element);
  return () => observer.disconnect();
}
