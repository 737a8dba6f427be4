import type { CellError, CellEvent, Shown } from "../kernel.ts";
import { appended } from "./text_stream.ts";

/** What a cell shows, in the order in which it came. */
export type Output =
  /** `dropped`: characters at its beginning that were too many to keep. */
  | { is: "stream"; name: "stdout" | "stderr"; text: string; dropped: number }
  | { is: "display"; id: string; data: Shown }
  | { is: "error"; error: CellError };

/** Characters of a stream that a cell keeps, the newest; more than anybody reads, and little enough to lay out. */
export const STREAM_KEPT = 200_000;
/** Outputs that a cell keeps; a loop that shows something each time ends in the newest. */
export const OUTPUTS_KEPT = 200;

/** The outputs after a further event; events that show nothing leave them as they are. */
export function withEvent(outputs: readonly Output[], event: CellEvent): readonly Output[] {
  switch (event.is) {
    case "stream":
      return withText(outputs, event.name, event.text);
    case "display":
      return withDisplay(outputs, event.id, event.data);
    case "error":
      return kept([...outputs, { is: "error", error: event.error }]);
    default:
      return outputs;
  }
}

function withText(outputs: readonly Output[], name: "stdout" | "stderr", piece: string): readonly Output[] {
  if (!piece) return outputs;
  const last = outputs.at(-1);
  if (last?.is !== "stream" || last.name !== name) return kept([...outputs, streamOf(name, appended("", piece), 0)]);
  return [...outputs.slice(0, -1), streamOf(name, appended(last.text, piece), last.dropped)];
}

function streamOf(name: "stdout" | "stderr", text: string, dropped: number): Output {
  const over = Math.max(0, text.length - STREAM_KEPT);
  return { is: "stream", name, text: text.slice(over), dropped: dropped + over };
}

/** The same id again replaces what it showed, where it stands. */
function withDisplay(outputs: readonly Output[], id: string, data: Shown): readonly Output[] {
  const shown: Output = { is: "display", id, data };
  const index = outputs.findIndex((output) => output.is === "display" && output.id === id);
  return index < 0 ? kept([...outputs, shown]) : outputs.with(index, shown);
}

function kept(outputs: readonly Output[]): readonly Output[] {
  return outputs.length > OUTPUTS_KEPT ? outputs.slice(-OUTPUTS_KEPT) : outputs;
}

/** The newest error among outputs, if there is one. */
export function errorIn(outputs: readonly Output[]): CellError | null {
  const found = outputs.findLast((output) => output.is === "error");
  return found?.is === "error" ? found.error : null;
}
