import type { CellError, Shown } from "../kernel.ts";
import type { Cell } from "./cell.ts";
import type { Output } from "./outputs.ts";
import { shownOf } from "./shapes.ts";
import { cleaned } from "./text_stream.ts";

/** A cell as a file has it. */
export interface FileCell {
  source: string;
  outputs: Output[];
}

/**
 * A Jupyter notebook (nbformat 4.5) of these cells. Displays keep all their media types: Jupyter shows the text or the
 * picture, and this page its tables and plots again.
 */
export function ipynbFile(cells: readonly Cell[]): string {
  const notebook = {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {
      kernelspec: { display_name: "Python 3", language: "python", name: "python3" },
      language_info: { name: "python", file_extension: ".py", mimetype: "text/x-python" },
    },
    cells: cells.map(({ id, source, outputs, ran }) => ({
      cell_type: "code",
      id: `cell-${id}`.replace(/[^\w-]/g, "-").slice(0, 64),
      metadata: {},
      execution_count: ran.value?.order ?? null,
      source: source.value,
      outputs: outputs.value.map(outputOf),
    })),
  };
  return `${JSON.stringify(notebook, null, 1)}\n`;
}

function outputOf(output: Output): unknown {
  if (output.is === "stream") return { output_type: "stream", name: output.name, text: output.text };
  if (output.is === "display") return { output_type: "display_data", metadata: {}, data: output.data };
  const { type, message, traceback } = output.error;
  return { output_type: "error", ename: type, evalue: message, traceback: traceback.split("\n") };
}

/** The cells of a Jupyter notebook; null where the text is none. Cells that are no code become comments. */
export function readIpynb(text: string): FileCell[] | null {
  let notebook: unknown;
  try {
    notebook = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isObject(notebook) || !Array.isArray(notebook.cells)) return null;
  return notebook.cells.filter(isObject).map((cell) => {
    const source = joined(cell.source);
    if (cell.cell_type !== "code") return { source: source.replace(/^(?=.)/gm, "# ").trimEnd(), outputs: [] };
    const outputs = Array.isArray(cell.outputs) ? cell.outputs.filter(isObject) : [];
    return { source, outputs: outputs.flatMap((output, index) => readOutput(output, index)) };
  });
}

function readOutput(output: Record<string, unknown>, index: number): Output[] {
  switch (output.output_type) {
    case "stream": {
      const name = output.name === "stderr" ? "stderr" : "stdout";
      return [{ is: "stream", name, text: cleaned(joined(output.text)), dropped: 0 }];
    }
    case "display_data":
    case "execute_result": {
      const data = isObject(output.data) ? output.data : {};
      return [{ is: "display", id: `file-${index}`, data: readShown(data) }];
    }
    case "error":
      return [{ is: "error", error: errorOf(output) }];
    default:
      return [];
  }
}

/** What this page can show of a media bundle; texts may stand there as lists of lines. */
function readShown(data: Record<string, unknown>): Shown {
  const shown: Record<string, unknown> = { "text/plain": joined(data["text/plain"]) };
  if (data["image/png"] !== undefined) shown["image/png"] = joined(data["image/png"]).replace(/\s/g, "");
  for (const [type, value] of Object.entries(data))
    if (type === "application/json" || type.startsWith("application/vnd.tabswarm.")) shown[type] = value;
  return shownOf(shown);
}

function errorOf(output: Record<string, unknown>): CellError {
  const lines = Array.isArray(output.traceback) ? output.traceback : [];
  return {
    type: joined(output.ename),
    message: joined(output.evalue),
    traceback: cleaned(lines.filter((line) => typeof line === "string").join("\n")),
  };
}

function joined(text: unknown): string {
  if (Array.isArray(text)) return text.filter((line) => typeof line === "string").join("");
  return typeof text === "string" ? text : "";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
