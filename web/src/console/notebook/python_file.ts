/** A line that begins a cell, as Spyder, VS Code and Jupytext write it. */
const MARK = /^#\s*%%.*$/;

/**
 * The cells of a Python file. Comments before the first mark belong to the first cell; code there is a cell of its own.
 *
 *     cellsOf("# Title\n# %%\na = 1\n# %%\na\n")  // ["# Title\n\na = 1", "a"]
 */
export function cellsOf(text: string): string[] {
  const [head = "", ...cells] = parts(text);
  if (cells.length === 0) return head ? [head] : [];
  if (!head) return cells.filter((cell) => cell !== "");
  if (!isComment(head)) return [head, ...cells].filter((cell) => cell !== "");
  const [first = "", ...others] = cells;
  return [`${head}\n\n${first}`.trimEnd(), ...others.filter((cell) => cell !== "")];
}

/** The Python file of such cells. */
export function pythonFile(sources: readonly string[]): string {
  return sources.map((source) => `# %%\n${source.trimEnd()}\n`).join("\n");
}

/** The first two lines of a file's comment at its head: what the program is called, and what it does. */
export function titleOf(text: string): { title: string; what: string } {
  const lines = (parts(text)[0] ?? "")
    .split("\n")
    .map((line) => line.replace(/^#\s*/, "").trim())
    .filter((line) => line !== "");
  return { title: lines[0] ?? "", what: lines.slice(1).join(" ") };
}

/** The text before the first mark, and that of each cell. */
function parts(text: string): string[] {
  const found: string[][] = [[]];
  for (const line of text.replace(/^\uFEFF/, "").split(/\r\n|\r|\n/)) {
    if (MARK.test(line)) found.push([]);
    else found.at(-1)?.push(line);
  }
  return found.map((lines) =>
    lines
      .join("\n")
      .replace(/^(?:[ \t]*\n)+/, "")
      .trimEnd(),
  );
}

function isComment(text: string): boolean {
  return text.split("\n").every((line) => line.trim() === "" || line.startsWith("#"));
}
