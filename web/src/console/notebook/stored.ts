import type { RecordedAction, Shown } from "../kernel.ts";
import { Cell, type Ran, type Run } from "./cell.ts";
import type { Output } from "./outputs.ts";
import { shownOf } from "./shapes.ts";

/** A cell as the coordinator keeps it; it reads neither outputs nor actions. */
export interface StoredCell {
  id: string;
  source: string;
  outputs?: Uint8Array;
  actions?: Uint8Array;
}

/** Bytes of one cell's outputs that the coordinator takes, with some room below its limit of a mebibyte. */
export const OUTPUTS_LIMIT = 2 ** 20 - 1024;
/** Stands where an output was too large to be stored; the page that made it still shows it whole. */
const LEFT_OUT = "application/vnd.tabswarm.left-out+json";

interface StoredOutputs {
  outputs: Output[];
  run: { is: "done" | "failed" | "stopped"; took: number } | null;
}

/** What the coordinator is to keep of a cell. A run that is under way is stored as none: its end is stored again. */
export function packCell({ id, source, outputs, run, ran }: Cell): StoredCell {
  const ended = run.value.is === "done" || run.value.is === "failed" || run.value.is === "stopped" ? run.value : null;
  const told: StoredOutputs["run"] = ended && { is: ended.is, took: ended.took };
  return {
    id,
    source: source.value.toWellFormed(), // half a surrogate pair is no text to Python, and would end the session
    outputs: packOutputs(outputs.value, told),
    actions: ran.value ? inBytes(ran.value) : new Uint8Array(0),
  };
}

/** The cell that was stored. What cannot be read of its outputs is left away: the source is what must not be lost. */
export function unpackCell({ id, source, outputs, actions }: StoredCell): Cell {
  const cell = new Cell(id, source);
  const stored = read(outputs) as Partial<StoredOutputs> | null;
  cell.outputs.value = Array.isArray(stored?.outputs) ? stored.outputs.filter(isOutput).map(shownAsStored) : [];
  cell.ran.value = ranOf(read(actions));
  cell.run.value = endOf(stored?.run, cell);
  return cell;
}

function packOutputs(outputs: readonly Output[], run: StoredOutputs["run"]): Uint8Array {
  const kept = [...outputs];
  for (;;) {
    const bytes = inBytes({ outputs: kept, run } satisfies StoredOutputs);
    if (bytes.length <= OUTPUTS_LIMIT) return bytes;
    const [index] = kept.reduce<[number, number]>(
      (largest, output, at) => {
        const size = JSON.stringify(output).length;
        return size > largest[1] ? [at, size] : largest;
      },
      [-1, -1],
    );
    if (index < 0) return new Uint8Array(0);
    kept.splice(index, 1, ...smaller(kept[index] as Output));
  }
}

/** Half of a text, the plain words of a picture; and nothing of what was reduced already. */
function smaller(output: Output): Output[] {
  if (output.is === "stream" && output.text.length > 1000) {
    const over = Math.ceil(output.text.length / 2);
    return [{ ...output, text: output.text.slice(over), dropped: output.dropped + over }];
  }
  if (output.is === "display" && !(LEFT_OUT in output.data)) {
    const data = { "text/plain": output.data["text/plain"].slice(0, 1000), [LEFT_OUT]: true } as Shown;
    return [{ ...output, data }];
  }
  return [];
}

/** Whether only this display's words were stored. */
export function isLeftOut(data: Shown): boolean {
  return LEFT_OUT in data;
}

function inBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

function read(bytes: Uint8Array | undefined): unknown {
  if (!bytes || bytes.length === 0) return null;
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isOutput(value: unknown): value is Output {
  if (!isObject(value)) return false;
  if (value.is === "stream") return typeof value.text === "string" && typeof value.dropped === "number";
  if (value.is === "error") return isObject(value.error) && typeof value.error.message === "string";
  return value.is === "display" && isObject(value.data) && typeof value.data["text/plain"] === "string";
}

function shownAsStored(output: Output): Output {
  return output.is === "display" ? { ...output, data: shownOf({ ...output.data }) } : output;
}

function ranOf(value: unknown): Ran | null {
  if (!isObject(value) || typeof value.source !== "string" || typeof value.order !== "number") return null;
  const actions = Array.isArray(value.actions) ? value.actions.filter(isAction) : [];
  return { source: value.source, order: value.order, actions };
}

function isAction(value: unknown): value is RecordedAction {
  return isObject(value) && typeof value.plan === "string" && typeof value.job === "string";
}

/** A run whose end no page saw: it was under way when the page went, and its job went on in the swarm. */
function endOf(stored: unknown, cell: Cell): Run {
  const took = isObject(stored) && typeof stored.took === "number" ? stored.took : 0;
  if (isObject(stored) && (stored.is === "done" || stored.is === "failed" || stored.is === "stopped"))
    return { is: stored.is, took };
  return { is: cell.ran.value === null ? "never" : "left" };
}
