import { notebook as text } from "../../../strings/notebook.ts";
import type { Cell } from "../cell.ts";
import type { Desk } from "../desk.ts";
import { CellEditor } from "./cell_editor.tsx";
import { Icon } from "./icon.tsx";
import { OutputsView } from "./outputs_view.tsx";
import { RunLine } from "./run_line.tsx";

/** One cell: its code, how its run stands, and what it shows. */
export function CellView({ cell, desk }: { cell: Cell; desk: Desk }) {
  const current = desk.notebook.current.value === cell.id;
  return (
    <article
      class={`cell ${cell.run.value.is} ${current ? "current" : ""}`}
      id={`cell-${cell.id}`}
      data-run={cell.run.value.is}
      aria-label={text.cell.name(cell.id)}
    >
      <div class="input">
        <RunButton cell={cell} desk={desk} />
        <CellEditor cell={cell} desk={desk} />
        <CellTools cell={cell} desk={desk} />
      </div>
      <RunLine cell={cell} desk={desk} />
      <OutputsView cell={cell} desk={desk} />
    </article>
  );
}

/** Run, or Stop while it runs; below it the number that errors call the cell by. */
function RunButton({ cell, desk }: { cell: Cell; desk: Desk }) {
  const active = cell.active;
  return (
    <div class="run">
      <button
        type="button"
        class={active ? "icon-button danger" : "icon-button"}
        aria-label={active ? text.cell.stop(cell.id) : text.cell.run(cell.id)}
        disabled={desk.readOnly.value}
        onClick={() => (active ? desk.runs.stop() : desk.runCell(cell, false))}
      >
        <Icon of={active ? "stop" : "run"} />
      </button>
      <span class="number" aria-hidden="true">
        {cell.id}
      </span>
    </div>
  );
}

function CellTools({ cell, desk }: { cell: Cell; desk: Desk }) {
  if (desk.readOnly.value) return null;
  const tools = [
    { of: "up", label: text.cell.up(cell.id), act: () => desk.notebook.move(cell, -1) },
    { of: "down", label: text.cell.down(cell.id), act: () => desk.notebook.move(cell, 1) },
    { of: "add", label: text.cell.addBelow(cell.id), act: () => desk.add(cell) },
    { of: "remove", label: text.cell.remove(cell.id), act: () => desk.notebook.remove(cell) },
  ] as const;
  return (
    <div class="cell-tools">
      {tools.map(({ of, label, act }) => (
        <button key={of} type="button" class="icon-button" aria-label={label} title={label} onClick={act}>
          <Icon of={of} />
        </button>
      ))}
    </div>
  );
}
