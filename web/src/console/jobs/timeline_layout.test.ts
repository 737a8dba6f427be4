import { expect, test } from "vitest";
import { attempt } from "../../../tests/attempts.ts";
import { attemptAt, horizon, layOut, partsOf, ticks } from "./timeline_layout.ts";

test("an attempt that is done fetched, waited, ran and sent, one after the other", () => {
  expect(partsOf(attempt(), 5000)).toEqual([
    ["fetch", 0, 100],
    ["wait", 100, 200],
    ["run", 200, 700],
    ["send", 700, 750],
  ]);
});

test.each([
  ["is open and has not started: it fetches", { started: -1, finished: -1, fetching: -1, seconds: -1 }, ["fetch"]],
  ["is open and has started: it runs", { finished: -1, fetching: -1, seconds: -1 }, ["fetch", "run"]],
  ["was lost before it started: it had been fetching", { started: -1, fetching: -1, seconds: -1 }, ["fetch"]],
  ["says more seconds than passed: it ran until it was told", { seconds: 9 }, ["fetch", "wait", "run"]],
  ["says that it fetched beyond its start: it waited for nothing", { fetching: 9 }, ["fetch", "run", "send"]],
  ["took no time at all", { started: 0, finished: 0, fetching: 0, seconds: 0 }, []],
])("an attempt that %s", (_, said, parts) => {
  const found = partsOf(attempt(said), 5000);
  expect(found.map(([part]) => part)).toEqual(parts);
  for (let index = 1; index < found.length; index++) expect(found[index]?.[1]).toBe(found[index - 1]?.[2]);
});

test("attempts at the same time lie in lanes of their own, and a lane is used again once it is free", () => {
  const row = layOut(
    [
      attempt({ task: 1, assigned: 0, finished: 500 }),
      attempt({ task: 2, assigned: 100, finished: 300 }),
      attempt({ task: 3, assigned: 300, finished: 900 }),
      attempt({ task: 4, assigned: 300, finished: 400 }),
    ],
    0,
    1e6,
  );
  expect(row.placed.map(({ attempt, lane }) => [attempt.task, lane])).toEqual([
    [1, 0],
    [2, 1],
    [3, 1],
    [4, 2],
  ]);
  expect(row.lanes).toBe(3);
});

test("what goes on reaches to the edge, and its lane is not given to another", () => {
  const open = { started: 200, finished: -1, seconds: -1, outcome: "open" } as const;
  const row = layOut(
    [attempt({ task: 1, ...open }), attempt({ task: 2, ...open, assigned: 9e6, started: -1 })],
    0,
    1e7,
  );
  expect(row.lanes).toBe(2);
  expect(row.parts.run).toContain("H10000000v");
});

test("a part is one path, however many attempts there are", () => {
  const row = layOut(
    Array.from({ length: 50 }, (_, task) =>
      attempt({ task, assigned: task * 1000, started: task * 1000 + 200, finished: task * 1000 + 750 }),
    ),
    0,
    1e6,
  );
  expect(row.parts.run.match(/M/g)).toHaveLength(50);
  expect(row.marks).toEqual({});
});

test("why an attempt was made and how it failed are marked apart from its parts", () => {
  const row = layOut(
    [
      attempt({ task: 1, reason: "speculative", outcome: "cancelled" }),
      attempt({ task: 2, reason: "recomputed" }),
      attempt({ task: 3, reason: "retry", outcome: "failed" }),
      attempt({ task: 4, outcome: "lost" }),
      attempt({ task: 5, outcome: "unfetched" }),
    ],
    0,
    1e6,
  );
  const marks = Object.entries(row.marks).map(([mark, path]) => [mark, path.match(/M/g)?.length]);
  expect(Object.fromEntries(marks)).toEqual({
    speculative: 1,
    cancelled: 1,
    recomputed: 1,
    retry: 1,
    failed: 2,
    lost: 1,
  });
});

test("pointing at a lane finds its attempt, with some slack for the short ones", () => {
  const row = layOut(
    [attempt({ task: 1 }), attempt({ task: 2, assigned: 2000, started: 2001, finished: 2002 })],
    0,
    1e6,
  );
  expect(attemptAt(row, 300, 0, 0)?.attempt.task).toBe(1);
  expect(attemptAt(row, 1990, 0, 0)).toBeUndefined();
  expect(attemptAt(row, 1990, 0, 20)?.attempt.task).toBe(2);
  expect(attemptAt(row, 300, 1, 0)).toBeUndefined();
});

test("the scale stays for a while, and always reaches beyond the present", () => {
  for (const span of [0, 1, 999, 1000, 59_000, 60_000, 3_599_999]) {
    expect(horizon(span)).toBeGreaterThan(span);
    expect(horizon(span)).toBeLessThanOrEqual(Math.max(2000, span * 1.6));
  }
  expect(horizon(61_000)).toBe(horizon(63_000));
});

test.each([
  [4000, 6, [0, 1000, 2000, 3000, 4000]],
  [62_000, 6, [0, 15_000, 30_000, 45_000, 60_000]],
  [400, 6, [0, 100, 200, 300, 400]],
])("the axis of %i ms has round steps", (span, most, expected) => {
  expect(ticks(span, most)).toEqual(expected);
});

test("a job of days has few ticks too", () => {
  expect(ticks(3 * 86_400_000, 6).length).toBeLessThanOrEqual(7);
});
