import { expect, test } from "vitest";
import { Cell } from "./cell.ts";
import { ipynbFile, readIpynb } from "./ipynb.ts";
import type { Output } from "./outputs.ts";
import { cellsOf, pythonFile, titleOf } from "./python_file.ts";

test.each([
  ["", []],
  ["a = 1\nb = 2\n", ["a = 1\nb = 2"]],
  ["# Title\n# What\n\n# %%\na = 1\n\n# %% second\nb\n", ["# Title\n# What\n\na = 1", "b"]],
  ["import x\n#%%\na\r\n  b\r\n", ["import x", "a\n  b"]],
  ["# %%\n\n\n# %%\nonly\n", ["only"]],
  ["# %%\n    indented\n", ["    indented"]],
])("the file %o has the cells %o", (text, cells) => {
  expect(cellsOf(text)).toEqual(cells);
});

test("cells come back from a Python file as they were", () => {
  const cells = ["a = 1\n\nprint(a)", "# a comment\nb = 2"];
  expect(cellsOf(pythonFile(cells))).toEqual(cells);
});

test("a file's head says what it is called and what it does", () => {
  expect(titleOf("# Word count\n#\n# Counts words\n# of a text.\n# %%\nx")).toEqual({
    title: "Word count",
    what: "Counts words of a text.",
  });
});

const outputs: Output[] = [
  { is: "stream", name: "stderr", text: "two\nlines\n", dropped: 0 },
  {
    is: "display",
    id: "file-1",
    data: {
      "text/plain": "1",
      "image/png": "AAAA",
      "application/vnd.tabswarm.table+json": { columns: ["a"], rows: [[1]], more: false, growing: false },
    },
  },
  { is: "error", error: { type: "ValueError", message: "no", traceback: "line 1\nline 2" } },
];

test("cells with their outputs come back from a Jupyter notebook as they were", () => {
  const cell = new Cell("4", "x = 1\nx");
  cell.outputs.value = outputs;
  cell.ran.value = { source: "x = 1\nx", order: 2, actions: [] };
  const text = ipynbFile([cell]);
  expect(readIpynb(text)).toEqual([{ source: "x = 1\nx", outputs }]);
  const file = JSON.parse(text);
  expect([file.nbformat, file.nbformat_minor, file.cells[0].id, file.cells[0].execution_count]).toEqual([
    4,
    5,
    "cell-4",
    2,
  ]);
  expect(file.cells[0].outputs.map((output: { output_type: string }) => output.output_type)).toEqual([
    "stream",
    "display_data",
    "error",
  ]);
});

test("a notebook of Jupyter's own, with lists of lines, colours and markdown, is read", () => {
  const text = JSON.stringify({
    cells: [
      { cell_type: "markdown", source: ["# Title\n", "\n", "words"] },
      {
        cell_type: "code",
        source: ["a\n", "b"],
        outputs: [
          { output_type: "stream", name: "stdout", text: ["x\n", "y"] },
          { output_type: "execute_result", data: { "text/plain": ["1\n", "2"], "text/html": "<script>" } },
          { output_type: "error", ename: "E", evalue: "v", traceback: ["\u001b[31mred\u001b[0m"] },
          { output_type: "unheard of" },
        ],
      },
    ],
  });
  expect(readIpynb(text)).toEqual([
    { source: "# # Title\n\n# words", outputs: [] },
    {
      source: "a\nb",
      outputs: [
        { is: "stream", name: "stdout", text: "x\ny", dropped: 0 },
        { is: "display", id: "file-1", data: { "text/plain": "1\n2" } },
        { is: "error", error: { type: "E", message: "v", traceback: "red" } },
      ],
    },
  ]);
});

test.each(["", "{", "[]", '{"cells": 1}', "null"])("%o is no notebook", (text) => {
  expect(readIpynb(text)).toBeNull();
});
