import { encode } from "@msgpack/msgpack";
import { expect, test } from "vitest";
import { BadMessage, readStruct, readToVolunteer } from "./check.ts";
import { encodeMessage } from "./codec.ts";
import type { Assign, Finished, Item } from "./messages.ts";

const assign: Assign = {
  type: "Assign",
  spec: {
    application: "a1",
    job: "j1",
    task: 7,
    attempt: 1,
    operators: { 3: { op: "map", f: ["root", ["root", "module"], []] } },
    names: { 3: "map at job.py:12" },
    steps: [[3, 0, [[1, 0]]]],
    sources: [{ type: "block", block: ["a1", "rdd", 2, 0, 0] }],
    sinks: [{ type: "rdd", step: 0, block: ["a1", "rdd", 3, 0, 0] }],
    stage: 0,
    begun_before: 0,
    barrier: 0,
    properties: {},
  },
  code: ["root", "module"],
  locations: [[["a1", "rdd", 2, 0, 0], 10, new Uint8Array(16), ["v2"]]],
  time_limit: 0,
};

test("a message reads back as it was written", () => {
  expect(readToVolunteer(encodeMessage(assign))).toEqual(assign);
});

test("fields that are not there stay away, and fields that nobody knows do no harm", () => {
  const bytes = encode({ type: "Welcome", peer: "p", resume: "r", swarm: "s", newer: [1, 2] });
  expect(readToVolunteer(bytes)).toMatchObject({ type: "Welcome", peer: "p" });
});

test.each([
  ["no msgpack", Uint8Array.of(0xc1)],
  ["nothing", new Uint8Array(0)],
  ["bytes behind the message", Uint8Array.of(...encodeMessage({ type: "Ping", number: 1 } as never), 0)],
  ["no map", encode([1, 2])],
  ["a map without a type", encode({ number: 1 })],
  ["a type that does not exist", encode({ type: "Pang", number: 1 })],
  ["a message that only a driver is told", encode({ type: "JobDone", job: "j" })],
  ["a message that only a volunteer says", encode({ type: "Started", task: 1, attempt: 0 })],
  ["a missing field", encode({ type: "Ping" })],
  ["a text for a number", encode({ type: "Ping", number: "1" })],
  ["a fraction for a whole number", encode({ type: "Ping", number: 1.5 })],
  ["a number for a list", encode({ type: "DropBlocks", blocks: 3 })],
  ["a block id that is too short", encode({ type: "DropBlocks", blocks: [["a", "rdd", 1]] })],
  ["a block of no known kind", encode({ type: "DropBlocks", blocks: [["a", "file", 1, 0, 0]] })],
  ["an unknown operator", encode({ ...assign, spec: { ...assign.spec, operators: { 3: { op: "eval" } } } })],
  ["a step whose input has no known tag", encode({ ...assign, spec: { ...assign.spec, steps: [[3, 0, [[9, 0]]]] } })],
  ["a map with keys that are no numbers", encode({ ...assign, spec: { ...assign.spec, names: { x: "map" } } })],
])("%s is refused", (_, bytes) => {
  expect(() => readToVolunteer(bytes)).toThrow(BadMessage);
});

test("a refusal says where the message parts from the protocol", () => {
  const bytes = encode({ type: "DropBlocks", blocks: [["a", "rdd", 1, "0", 0]] });
  expect(() => readToVolunteer(bytes)).toThrow("DropBlocks.blocks[0].partition must be int, not string");
});

test("cut off at any byte, a message is refused and never half read", () => {
  const bytes = encodeMessage(assign);
  for (let length = 0; length < bytes.length; length++)
    expect(() => readToVolunteer(bytes.subarray(0, length))).toThrow(BadMessage);
});

test("structs that stand alone are held to their shape too", () => {
  const item: Item = { index: 0, sizes: [1, 2], hashes: new Uint8Array(32) };
  expect(readStruct<Item>("Item", encode(item))).toEqual(item);
  expect(() => readStruct<Finished>("Finished", encode(item))).toThrow(BadMessage);
});

test("bytes with any one bit turned over are read or refused, and nothing else", () => {
  const bytes = encodeMessage(assign);
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const bent = bytes.slice();
    bent[bit >> 3] = (bent[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    try {
      readToVolunteer(bent);
    } catch (error) {
      expect(error).toBeInstanceOf(BadMessage);
    }
  }
});
