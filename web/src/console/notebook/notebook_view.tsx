import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { notebook as text } from "../../strings/notebook.ts";
import { connection } from "../state.ts";
import type { Desk } from "./desk.ts";
import { Opening } from "./opening.ts";
import { CellView } from "./views/cell_view.tsx";
import { QuestionDialog } from "./views/question_dialog.tsx";
import { Toolbar } from "./views/toolbar.tsx";
import { Welcome } from "./views/welcome.tsx";

/** The notebook: tools, cells, and what to do where there are none. Files may be dropped anywhere on the page. */
export function NotebookView({ desk }: { desk: Desk }) {
  const opening = useMemo(() => new Opening(desk), [desk]);
  const over = useSignal(false);
  useEffect(() => takeDrops(opening, (is) => (over.value = is)), [opening]);
  return (
    <div class={over.value ? "notebook dropping" : "notebook"}>
      <h1 class="unseen">{text.label}</h1>
      {connection.value.is === "taken-over" && <TakenOver />}
      <Toolbar desk={desk} opening={opening} />
      {desk.loaded.value && desk.notebook.isEmpty.value && <Welcome opening={opening} />}
      <div class="cells">
        {desk.notebook.cells.value.map((cell) => (
          <CellView key={cell.id} cell={cell} desk={desk} />
        ))}
      </div>
      <QuestionDialog opening={opening} />
    </div>
  );
}

/** Another page has the notebook. A reload takes it back: it is then as that page left it. */
function TakenOver() {
  return (
    <section class="elsewhere" role="alert">
      <div>
        <h2>{text.takenOver.heading}</h2>
        <p>{text.takenOver.more}</p>
      </div>
      <button type="button" class="primary" id="take-back" onClick={() => location.reload()}>
        {text.takenOver.back}
      </button>
    </section>
  );
}

function takeDrops(opening: Opening, show: (over: boolean) => void): () => void {
  const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
  const over = (event: DragEvent) => {
    if (!hasFiles(event)) return;
    event.preventDefault(); // else the browser would open the file in the place of this page
    show(true);
  };
  const leave = (event: DragEvent) => {
    if (event.relatedTarget === null) show(false);
  };
  const drop = (event: DragEvent) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    show(false);
    void opening.take([...(event.dataTransfer?.files ?? [])]);
  };
  addEventListener("dragover", over);
  addEventListener("dragleave", leave);
  addEventListener("drop", drop);
  return () => {
    removeEventListener("dragover", over);
    removeEventListener("dragleave", leave);
    removeEventListener("drop", drop);
  };
}
