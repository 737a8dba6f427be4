import { notebook as text } from "../../../strings/notebook.ts";
import { download, fromBase64 } from "../../download.ts";
import type { Shown } from "../../kernel.ts";
import type { Cell } from "../cell.ts";
import type { Desk } from "../desk.ts";
import type { Output } from "../outputs.ts";
import { fileIn, pictureIn, plotIn, tableIn } from "../shapes.ts";
import { isLeftOut } from "../stored.ts";
import { ErrorView } from "./error_view.tsx";
import { LongText } from "./long_text.tsx";
import { PlotView } from "./plot_view.tsx";
import { TableView } from "./table_view.tsx";

/** What a cell shows. */
export function OutputsView({ cell, desk }: { cell: Cell; desk: Desk }) {
  const outputs = cell.outputs.value;
  if (outputs.length === 0) return null;
  return (
    <section class="outputs" aria-label={text.cell.output(cell.id)}>
      {outputs.map((output, index) => (
        <OutputView key={output.is === "display" ? `d${output.id}` : index} output={output} cell={cell} desk={desk} />
      ))}
    </section>
  );
}

function OutputView({ output, cell, desk }: { output: Output; cell: Cell; desk: Desk }) {
  switch (output.is) {
    case "stream":
      return <StreamView {...output} />;
    case "display":
      return <DisplayView data={output.data} />;
    case "error":
      return <ErrorView error={output.error} cell={cell} desk={desk} />;
  }
}

function StreamView({ name, text: printed, dropped }: Extract<Output, { is: "stream" }>) {
  return (
    <div class={`stream ${name}`}>
      {dropped > 0 && <p class="soft">{text.text.dropped(dropped)}</p>}
      <LongText label={name === "stderr" ? text.text.stderr : text.text.printed} text={printed} />
    </div>
  );
}

/** The richest form that is known here. */
function DisplayView({ data }: { data: Shown }) {
  const plot = plotIn(data);
  if (plot) return <PlotView plot={plot} words={data["text/plain"]} />;
  const table = tableIn(data);
  if (table) return <TableView table={table} />;
  const file = fileIn(data);
  if (file) {
    const bytes = fromBase64(file.data);
    return (
      <p class="saved-file">
        <button type="button" onClick={() => download(file.name, file.type, bytes)}>
          {text.file.download(file.name, bytes.length)}
        </button>
      </p>
    );
  }
  const picture = pictureIn(data);
  if (picture) return <img class="picture" src={picture} alt={data["text/plain"]} />;
  return (
    <>
      <StreamView is="stream" name="stdout" text={data["text/plain"]} dropped={0} />
      {isLeftOut(data) && <p class="soft">{text.text.leftOut}</p>}
      {data["application/json"] !== undefined && (
        <details>
          <summary>{text.json}</summary>
          <LongText
            label={text.json}
            text={(JSON.stringify(data["application/json"], null, 2) ?? "").slice(0, 200_000)}
          />
        </details>
      )}
    </>
  );
}
