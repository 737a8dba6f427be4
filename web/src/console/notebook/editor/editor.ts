import {
  acceptCompletion,
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  startCompletion,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentLess, indentMore } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { bracketMatching, indentOnInput, indentUnit } from "@codemirror/language";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { Compartment, EditorState, Prec } from "@codemirror/state";
import { drawSelection, EditorView, keymap, placeholder } from "@codemirror/view";
import { type Complete, completionsBy } from "./completion.ts";
import { theme } from "./theme.ts";

export interface EditorWishes {
  text: string;
  /** For screen readers: whose code this is. */
  label: string;
  placeholder: string;
  readOnly: boolean;
  /** What the page's policy lets style sheets through by. */
  nonce: string;
  complete: Complete;
  changed(text: string): void;
  /** Ctrl or Cmd with Enter; with Shift: and go on to the next cell. */
  run(goOn: boolean): void;
  focused(): void;
  /** The cursor would leave the cell: up (-1) or down (1). */
  leave(by: -1 | 1): void;
}

/** A code editor in the page. */
export interface Editor {
  setText(text: string): void;
  /** Marks a line (from 1), or takes the mark away. */
  mark(error: { line: number; message: string } | null): void;
  setReadOnly(readOnly: boolean): void;
  /** Puts the cursor into it, at the start of a line where one is named. */
  focus(line?: number): void;
  end(): void;
}

/** Opens CodeMirror in an element. Tab completes after a word and indents elsewhere; Escape then Tab leaves the editor. */
export function openEditor(place: HTMLElement, wishes: EditorWishes): Editor {
  const readOnly = new Compartment();
  const view = new EditorView({
    parent: place,
    state: EditorState.create({
      doc: wishes.text,
      extensions: [
        EditorView.cspNonce.of(wishes.nonce),
        EditorView.contentAttributes.of({ "aria-label": wishes.label, spellcheck: "false", tabindex: "0" }),
        Prec.highest(keymap.of(keysOf(wishes))),
        keymap.of([...closeBracketsKeymap, ...completionKeymap, ...defaultKeymap, ...historyKeymap]),
        history(),
        python(),
        indentUnit.of("    "),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        drawSelection(),
        lintGutter(),
        autocompletion({ override: [completionsBy(wishes.complete)], icons: false }),
        placeholder(wishes.placeholder),
        readOnly.of(locked(wishes.readOnly)),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) wishes.changed(update.state.doc.toString());
          if (update.focusChanged && update.view.hasFocus) wishes.focused();
        }),
        theme,
      ],
    }),
  });
  return {
    setText: (text) => {
      if (text === view.state.doc.toString()) return;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
    },
    mark: (error) => view.dispatch(setDiagnostics(view.state, error ? [diagnostic(view.state, error)] : [])),
    setReadOnly: (wanted) => view.dispatch({ effects: readOnly.reconfigure(locked(wanted)) }),
    focus: (line) => {
      view.focus();
      if (line === undefined) return;
      const { from } = lineOf(view.state, line);
      view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: "center" }) });
    },
    end: () => view.destroy(),
  };
}

function keysOf(wishes: EditorWishes) {
  const run = (goOn: boolean) => () => {
    wishes.run(goOn);
    return true;
  };
  return [
    { key: "Mod-Enter", run: run(false) },
    { key: "Ctrl-Enter", run: run(false) },
    { key: "Shift-Enter", run: run(true) },
    { key: "Tab", run: (view: EditorView) => acceptCompletion(view) || completeOrIndent(view), shift: indentLess },
    { key: "ArrowUp", run: (view: EditorView) => leaves(view, -1, wishes) },
    { key: "ArrowDown", run: (view: EditorView) => leaves(view, 1, wishes) },
  ];
}

function completeOrIndent(view: EditorView): boolean {
  const { main } = view.state.selection;
  const before = view.state.sliceDoc(main.head - 1, main.head);
  return main.empty && /[\w.]/.test(before) ? startCompletion(view) : indentMore(view);
}

/** From the first line up, or from the last one down. */
function leaves(view: EditorView, by: -1 | 1, wishes: EditorWishes): boolean {
  const { main } = view.state.selection;
  const { number } = view.state.doc.lineAt(main.head);
  const completing = view.dom.querySelector(".cm-tooltip-autocomplete") !== null;
  if (!main.empty || completing || number !== (by < 0 ? 1 : view.state.doc.lines)) return false;
  wishes.leave(by);
  return true;
}

function locked(readOnly: boolean) {
  return [EditorState.readOnly.of(readOnly), EditorView.editable.of(!readOnly)];
}

function lineOf(state: EditorState, line: number) {
  return state.doc.line(Math.min(Math.max(1, Math.trunc(line)), state.doc.lines));
}

function diagnostic(state: EditorState, { line, message }: { line: number; message: string }) {
  const { from, to, text } = lineOf(state, line);
  const indent = text.length - text.trimStart().length;
  return { from: from + indent, to, severity: "error" as const, message };
}
