import { expect, test } from "vitest";
import { readOrder, readRuntime } from "./from_page.ts";

test("the broker's three orders pass, without what was added to them", () => {
  const targets = { fetch: "http://c/healthz", socket: "ws://c/socket", script: "http://c/static/x.js" };
  expect(readOrder({ do: "probe", targets, more: 1 })).toEqual({ do: "probe", targets });
  const start = { do: "start", worker: 1, program: "console" };
  expect(readOrder({ ...start, source: "alert(1)" })).toEqual(start);
  expect(readOrder({ do: "end", worker: 1 })).toEqual({ do: "end", worker: 1 });
});

test.each([
  [null],
  ["start"],
  [{ do: "eval", source: "1" }],
  [{ do: "start" }],
  [{ do: "start", worker: "1", program: "tasks" }],
  [{ do: "start", worker: -1, program: "tasks" }],
  [{ do: "start", worker: 1 }],
  [{ do: "start", worker: 1, program: "data:text/javascript,1" }],
  [{ do: "end", worker: 1.5 }],
  [{ do: "probe" }],
  [{ do: "probe", targets: { fetch: 1, socket: "", script: "" } }],
])("%o is no order", (data) => {
  expect(readOrder(data)).toBe(null);
});

test("the runtime's folder is told in full", () => {
  const text =
    '\n  {"base": "/static/runtime-1/", "pyodide": "314.0.7", "wheels": ["a.whl"], "console": ["b.whl"], "completion": ["c.whl"]}\n';
  expect(readRuntime(text, "http://c:81/frame")).toEqual({
    base: "http://c:81/static/runtime-1/",
    pyodide: "314.0.7",
    wheels: ["a.whl"],
    console: ["b.whl"],
    completion: ["c.whl"],
  });
});

test.each([
  ["__RUNTIME__"],
  ["{}"],
  ['{"base": "/r/", "pyodide": "1", "wheels": [1], "console": [], "completion": []}'],
  ['{"base": "/r/", "pyodide": "1", "wheels": []}'],
  ['{"base": "https://elsewhere.example/r/", "pyodide": "1", "wheels": [], "console": [], "completion": []}'],
])("a runtime of %s is refused", (text) => {
  expect(() => readRuntime(text, "http://c/frame")).toThrow();
});
