import { cellsOf, titleOf } from "./python_file.ts";

export interface Example {
  title: string;
  what: string;
  cells: string[];
}

/** Each a script of its own, so that none is loaded before somebody looks for one. */
const files = import.meta.glob<string>("../examples/*.py", { query: "?raw", import: "default" });
/** Those that a newcomer meets first, in this order; the others follow by name. */
const FIRST = ["word_count", "pi", "mandelbrot"];

function place(path: string): number {
  const index = FIRST.findIndex((name) => path.endsWith(`/${name}.py`));
  return index < 0 ? FIRST.length : index;
}

/** The programs of the examples menu. */
export async function loadExamples(): Promise<Example[]> {
  const paths = Object.keys(files).sort((one, other) => place(one) - place(other) || one.localeCompare(other));
  const texts = await Promise.all(paths.map((path) => files[path]?.() ?? ""));
  return texts.map((text) => ({ ...titleOf(text), cells: cellsOf(text) }));
}
