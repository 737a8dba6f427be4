import { useRef } from "preact/hooks";
import { notebook as text } from "../../../strings/notebook.ts";
import { download } from "../../download.ts";
import { kernel } from "../../state.ts";
import type { Desk } from "../desk.ts";
import { ipynbFile } from "../ipynb.ts";
import type { Opening } from "../opening.ts";
import { pythonFile } from "../python_file.ts";
import { DataPanel } from "./data_panel.tsx";
import { ExamplesList } from "./examples_list.tsx";
import { Icon } from "./icon.tsx";
import { Menu } from "./menu.tsx";

/** What is done with the notebook as a whole, how Python stands, and whether all is saved. */
export function Toolbar({ desk, opening }: { desk: Desk; opening: Opening }) {
  const { tools } = text;
  const readOnly = desk.readOnly.value;
  const state = kernel.value?.state.value.is;
  return (
    <section class="toolbar" aria-label={tools.label}>
      {!readOnly && <WritingTools desk={desk} opening={opening} />}
      <Menu name={tools.file} id="file">
        <FileMenu desk={desk} opening={opening} />
        <button
          type="button"
          id="restart"
          data-closes
          disabled={readOnly || state === undefined || state === "off"}
          onClick={() => desk.runs.restart()}
        >
          {tools.restart}
        </button>
        <p class="soft">{tools.restartWhat}</p>
      </Menu>
      <span class="signs">
        <PythonSign />
        <SavedSign desk={desk} />
      </span>
    </section>
  );
}

/** What there is only while the notebook is this page's to change. */
function WritingTools({ desk, opening }: { desk: Desk; opening: Opening }) {
  const { tools } = text;
  const runs = desk.notebook.cells.value.some((cell) => cell.active);
  return (
    <>
      {runs ? (
        <button type="button" class="danger" id="stop" onClick={() => desk.runs.stop()}>
          <Icon of="stop" /> {tools.stop}
        </button>
      ) : (
        <button type="button" class="primary" id="run-all" onClick={() => desk.runs.runAll()}>
          <Icon of="run" /> {tools.runAll}
        </button>
      )}
      <button type="button" id="add-cell" onClick={() => desk.add()}>
        {tools.add}
      </button>
      {desk.notebook.canUndo.value && (
        <button type="button" id="undo" onClick={() => desk.notebook.undo()}>
          {tools.undo}
        </button>
      )}
      <Menu name={tools.examples} id="examples">
        <p class="soft">{text.examples.what}</p>
        <ExamplesList opening={opening} />
      </Menu>
      <Menu name={tools.data} id="data">
        <DataPanel desk={desk} opening={opening} />
      </Menu>
    </>
  );
}

function FileMenu({ desk, opening }: { desk: Desk; opening: Opening }) {
  const chooser = useRef<HTMLInputElement>(null);
  const { tools } = text;
  const cells = () => desk.notebook.cells.value;
  return (
    <>
      <button type="button" id="open-file" disabled={desk.readOnly.value} onClick={() => chooser.current?.click()}>
        {tools.openFile}
      </button>
      <input
        ref={chooser}
        type="file"
        accept=".py,.ipynb"
        hidden
        aria-label={tools.openFile}
        onChange={(event) => {
          const [file] = event.currentTarget.files ?? [];
          if (file) void opening.openFile(file);
          event.currentTarget.value = "";
        }}
      />
      <button
        type="button"
        id="save-python"
        data-closes
        onClick={() => download(tools.python, "text/x-python", pythonFile(cells().map(({ source }) => source.value)))}
      >
        {tools.saveAs(tools.python)}
      </button>
      <button
        type="button"
        id="save-jupyter"
        data-closes
        onClick={() => download(tools.jupyter, "application/x-ipynb+json", ipynbFile(cells()))}
      >
        {tools.saveAs(tools.jupyter)}
      </button>
    </>
  );
}

function PythonSign() {
  const state = kernel.value?.state.value;
  const words = !state
    ? text.python.none
    : state.is === "broken"
      ? text.python.broken(state.reason)
      : text.python[state.is];
  return (
    <span class={`sign python ${state?.is ?? "none"}`} id="python" data-state={state?.is ?? "none"} role="status">
      {words}
    </span>
  );
}

function SavedSign({ desk }: { desk: Desk }) {
  const state = desk.saving.state.value;
  if (!desk.loaded.value) return null;
  return (
    <span class={`sign ${state.is}`} id="saved" data-state={state.is} role="status">
      {state.is === "refused" ? text.saved.refused(state.reason) : text.saved[state.is]}
    </span>
  );
}
