import { expect, test } from "vitest";
import type { FromBroker, FromWorker } from "../frame/protocol.ts";
import { readFromBroker } from "../sandbox/from_broker.ts";
import { readFromWorker } from "./from_frame.ts";

const fromWorker: FromWorker[] = [
  { is: "ready", python: "3.14.2" },
  { is: "broken", reason: "no network" },
  { is: "output", stream: "stdout", text: "hello\n", partition: 3, dropped: 0 },
  {
    is: "finished",
    message: Uint8Array.of(1),
    blocks: [{ data: new Uint8Array(3), sizes: [1, 2], hashes: new Uint8Array(32) }],
  },
  { is: "failed", message: Uint8Array.of(1) },
  { is: "corrupt", block: "a1/map/7/3/0", reason: "other bytes" },
  { is: "dead", reason: "Out of memory", memory: true },
];
const fromBroker: FromBroker[] = [
  { is: "ready" },
  { is: "probed", escaped: ["fetch (frame)"], refused: [] },
  { is: "died", worker: 1, reason: "gone" },
];

test.each(fromWorker.map((message) => [message.is, message] as const))("a Worker's %s passes", (_, message) => {
  expect(readFromWorker(message)).toEqual(message);
});

test.each(fromBroker.map((message) => [message.is, message] as const))("the broker's %s passes", (_, message) => {
  expect(readFromBroker(message)).toEqual(message);
});

test.each([
  ["no object", "ready"],
  ["nothing", null],
  ["a list", [{ is: "ready" }]],
  ["an unknown word", { is: "eval", source: "1" }],
  ["a word of the page's", { do: "run" }],
  ["output to another stream", { is: "output", stream: "disk", text: "", partition: 0, dropped: 0 }],
  ["output that is no text", { is: "output", stream: "stdout", text: new Uint8Array(3), partition: 0, dropped: 0 }],
  ["a partition that is no whole number", { is: "output", stream: "stdout", text: "", partition: 0.5, dropped: 0 }],
  ["a finish without its message", { is: "finished", blocks: [] }],
  ["a finish whose blocks are no list", { is: "finished", message: new Uint8Array(1), blocks: { length: 1 } }],
])("%s is refused from a Worker", (_, message) => {
  expect(readFromWorker(message)).toBe(null);
});

test.each([
  ["sizes that do not add up", { data: new Uint8Array(3), sizes: [1, 1], hashes: new Uint8Array(32) }],
  ["a negative size", { data: new Uint8Array(3), sizes: [4, -1], hashes: new Uint8Array(32) }],
  ["too few hashes", { data: new Uint8Array(3), sizes: [1, 2], hashes: new Uint8Array(16) }],
  ["data that is no bytes", { data: [1, 2, 3], sizes: [3], hashes: new Uint8Array(16) }],
  ["no sizes", { data: new Uint8Array(0), hashes: new Uint8Array(0) }],
])("a block with %s is refused", (_, block) => {
  expect(readFromWorker({ is: "finished", message: new Uint8Array(1), blocks: [block] })).toBe(null);
});

test("half a surrogate pair never reaches the coordinator", () => {
  const text = "a\ud800b";
  expect(readFromWorker({ is: "output", stream: "stdout", text, partition: 0, dropped: 0 })).toMatchObject({
    text: "a\ufffdb",
  });
  expect(readFromWorker({ is: "dead", reason: text, memory: false })).toMatchObject({ reason: "a\ufffdb" });
});

test("what a stranger adds to a message does not come along", () => {
  expect(readFromWorker({ is: "ready", python: "3.14", __proto__: { admin: true }, more: 1 })).toEqual({
    is: "ready",
    python: "3.14",
  });
});

test("messages with parts exchanged at random are read or refused, and never throw", () => {
  const parts = [undefined, null, 0, -1, 1e300, Number.NaN, "", "stdout", [], [1], {}, new Uint8Array(4), true, 1n];
  let seed = 3;
  const random = (below: number) => {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff;
    return (seed >> 8) % below;
  };
  for (let round = 0; round < 20_000; round++) {
    const message = { ...[...fromWorker, ...fromBroker][random(fromWorker.length + fromBroker.length)] } as Record<
      string,
      unknown
    >;
    const keys = Object.keys(message);
    for (let change = random(3); change >= 0; change--)
      message[keys[random(keys.length)] as string] = parts[random(parts.length)];
    for (const read of [readFromWorker(message), readFromBroker(message)])
      expect(read === null || typeof read.is === "string").toBe(true);
  }
});
