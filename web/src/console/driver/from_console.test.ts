import { expect, test } from "vitest";
import type { FromConsole } from "../../frame/console_protocol.ts";
import type { PlotData, Shown } from "../kernel.ts";
import { readFromConsole } from "./from_console.ts";

const block = ["a1", "rdd", 1, 0, 0] as never;
const hashes = new Uint8Array(16);
const plot: PlotData = {
  kind: "line",
  x: [1, "b"],
  y: [1, Number.NaN],
  title: "",
  xLabel: "",
  yLabel: "",
  growing: true,
};
const shown: Shown = {
  "text/plain": "…",
  "application/vnd.tabswarm.table+json": { columns: ["a"], rows: [[1], [null], ["x"]], more: false, growing: false },
  "application/vnd.tabswarm.plot+json": plot,
  "application/vnd.tabswarm.file+json": { name: "a.csv", type: "text/csv", data: "YQ==" },
};

const good: FromConsole[] = [
  { is: "ready", python: "3.14.2" },
  { is: "broken", reason: "no network" },
  { is: "dead", reason: "Out of memory", memory: true },
  { is: "say", message: Uint8Array.of(1) },
  { is: "fetch", id: 1, holder: "v1", orders: [{ block, size: 3 }] },
  { is: "provide", block, data: Uint8Array.of(1), hashes },
  { is: "release", nodes: [1, 2] },
  { is: "event", cell: "1", event: { is: "stream", name: "stderr", text: "hm" } },
  { is: "event", cell: "1", event: { is: "display", id: "d", data: shown } },
  { is: "event", cell: "1", event: { is: "job", job: "j1", recalled: true } },
  {
    is: "event",
    cell: "1",
    event: { is: "error", error: { type: "ValueError", message: "no", traceback: "…", line: 3, partition: 0 } },
  },
  { is: "action", cell: "1", k: 0, hash: "h", job: "j1", recalled: false, parallelism: 4 },
  { is: "waiting", cell: "1", jobs: ["j1"] },
  { is: "computing", cell: "1" },
  { is: "interrupting" },
  { is: "completions", id: 1, completions: [{ label: "a", kind: "function", detail: "", info: "" }] },
  { is: "done", cell: "1", outcome: "stopped", parallelism: 0 },
];

test.each(good.map((message) => [message.is, message] as const))("a %s passes", (_, message) => {
  expect(readFromConsole(message)).toEqual(message);
});

const event = (of: unknown) => ({ is: "event", cell: "1", event: of });
const display = (of: object) => event({ is: "display", id: "d", data: { "text/plain": "", ...of } });

test.each<[string, unknown]>([
  ["nothing", null],
  ["an unknown word", { is: "eval", source: "1" }],
  ["a message that is no bytes", { is: "say", message: "Submit" }],
  ["a fetch of nothing", { is: "fetch", id: 1, holder: "v1", orders: [] }],
  ["a fetch of no block", { is: "fetch", id: 1, holder: "v1", orders: [{ block: ["a1"], size: 1 }] }],
  ["a block of no size", { is: "fetch", id: 1, holder: "v1", orders: [{ block, size: -1 }] }],
  ["a block with half a hash", { is: "provide", block, data: Uint8Array.of(1), hashes: new Uint8Array(8) }],
  ["a node that is no number", { is: "release", nodes: ["1"] }],
  ["an event of no cell", { is: "event", event: { is: "job", job: "j1" } }],
  ["a word of the page's own", event({ is: "replaying", cell: "1", recalled: true })],
  ["a printed list", event({ is: "stream", name: "stdout", text: ["a"] })],
  ["a third stream", event({ is: "stream", name: "disk", text: "a" })],
  ["a display without text", event({ is: "display", id: "d", data: {} })],
  ["a table with an object in it", display({ "application/vnd.tabswarm.table+json": { columns: [], rows: [[{}]] } })],
  ["a plot of texts", display({ "application/vnd.tabswarm.plot+json": { ...plot, y: ["1"] } })],
  ["a plot of a kind that there is not", display({ "application/vnd.tabswarm.plot+json": { ...plot, kind: "pie" } })],
  ["a picture that is no text", display({ "image/png": Uint8Array.of(1) })],
  ["an error without a message", event({ is: "error", error: { type: "E", traceback: "" } })],
  ["an error on no line", event({ is: "error", error: { type: "E", message: "", traceback: "", line: "3" } })],
  ["an action before the first", { is: "action", cell: "1", k: -1, hash: "h", job: "j" }],
  ["a completion that is a text", { is: "completions", id: 1, completions: ["a"] }],
  ["another outcome", { is: "done", cell: "1", outcome: "maybe" }],
])("%s is refused", (_, message) => {
  expect(readFromConsole(message)).toBe(null);
});

test("what was added to a message is left behind", () => {
  expect(readFromConsole({ is: "interrupting", more: 1 })).toEqual({ is: "interrupting" });
});
