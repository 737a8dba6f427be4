import { useEffect, useRef } from "preact/hooks";
import { notebook as text } from "../../../strings/notebook.ts";
import type { Opening } from "../opening.ts";

/** Asks before the cells that are here make room for others, and tells of a file that was no notebook. */
export function QuestionDialog({ opening }: { opening: Opening }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const asked = opening.question.value;
  useEffect(() => {
    if (asked && !dialog.current?.open) dialog.current?.showModal();
    if (!asked) dialog.current?.close();
  }, [asked]);
  return (
    <dialog ref={dialog} id="question" aria-labelledby="question-heading" onClose={() => opening.answer(false)}>
      {asked?.is === "replace" && (
        <>
          <h2 id="question-heading">{text.replace.question(asked.name)}</h2>
          <p>{text.replace.more}</p>
          <p class="row end">
            <button type="button" onClick={() => opening.answer(false)}>
              {text.replace.no}
            </button>
            <button type="button" class="primary" id="replace" onClick={() => opening.answer(true)}>
              {text.replace.yes}
            </button>
          </p>
        </>
      )}
      {asked?.is === "not-notebook" && (
        <>
          <h2 id="question-heading">{text.notNotebook(asked.name)}</h2>
          <p class="row end">
            <button type="button" onClick={() => opening.answer(false)}>
              {text.close}
            </button>
          </p>
        </>
      )}
    </dialog>
  );
}
