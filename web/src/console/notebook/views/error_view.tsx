import { notebook as text } from "../../../strings/notebook.ts";
import type { CellError } from "../../kernel.ts";
import type { Cell } from "../cell.ts";
import type { Desk } from "../desk.ts";
import { cleaned } from "../text_stream.ts";
import { LongText } from "./long_text.tsx";

/** An error: what, at which line of whose cell, and in which task; the traceback folded. */
export function ErrorView({ error, cell, desk }: { error: CellError; cell: Cell; desk: Desk }) {
  const of = desk.notebook.byId(error.cell ?? cell.id);
  return (
    <div class="error" role="alert">
      <p class="what">
        <strong>{error.type}</strong>
        {error.message && `: ${cleaned(error.message)}`}
      </p>
      <p class="row">
        {error.line !== undefined && (
          <button type="button" class="at" disabled={!of} onClick={() => of && desk.focusOn(of, error.line)}>
            {text.error.at(error.cell ?? cell.id, error.line)}
          </button>
        )}
        {error.partition !== undefined && (
          <span class="soft">
            {[
              text.error.task,
              text.error.partition(error.partition),
              error.volunteer ? text.error.volunteer(error.volunteer) : "",
            ].join(" ")}
          </span>
        )}
      </p>
      {error.traceback && (
        <details>
          <summary>{text.error.traceback}</summary>
          <LongText label={text.error.traceback} text={cleaned(error.traceback)} />
        </details>
      )}
    </div>
  );
}
