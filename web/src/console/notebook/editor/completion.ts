import type { CompletionContext, CompletionResult, Completion as Offered } from "@codemirror/autocomplete";
import type { Completion } from "../../kernel.ts";

/** What may stand at a place of a text, as the kernel knows it. */
export type Complete = (source: string, cursor: number) => Promise<Completion[]>;

/** Asks the kernel: at a word, after a dot, and wherever a person asks. */
export function completionsBy(complete: Complete) {
  return async (context: CompletionContext): Promise<CompletionResult | null> => {
    const word = context.matchBefore(/\w*$/);
    const from = word?.from ?? context.pos;
    const afterDot = context.state.sliceDoc(from - 1, from) === ".";
    if (from === context.pos && !afterDot && !context.explicit) return null;
    const found = await complete(context.state.doc.toString(), context.pos);
    if (context.aborted || found.length === 0) return null;
    return { from, options: found.map(offered), validFor: /^\w*$/ };
  };
}

function offered({ label, kind, detail, info }: Completion): Offered {
  const signature = detail.startsWith(label) ? detail.slice(label.length) : detail; // the name stands before it already
  return { label, type: kind, detail: signature, ...(info && { info: () => docstring(info) }) };
}

/** A docstring is text of whoever wrote the module: shown as it stands. */
function docstring(text: string): HTMLElement {
  const shown = document.createElement("pre");
  shown.className = "cm-docstring";
  shown.textContent = text;
  return shown;
}
