import { expect, test } from "vitest";
import { attempt } from "../../../tests/attempts.ts";
import { five, skewOf } from "./skew.ts";

const even = Array.from({ length: 8 }, (_, task) => attempt({ task, volunteer: `p${task % 2}` }));

test("five numbers, with quartiles between the values where they fall there", () => {
  expect(five([4, 1, 3, 2])).toEqual({ min: 1, lower: 1.75, median: 2.5, upper: 3.25, max: 4 });
  expect(five([7])).toEqual({ min: 7, lower: 7, median: 7, upper: 7, max: 7 });
  expect(five([])).toBeNull();
});

test("evenly spread work has no finding", () => {
  expect(skewOf(even)).toMatchObject([{ node: 1, tasks: 8, finding: null }]);
});

test("a partition with far more rows than the others is found, and the rows are named as the cause", () => {
  const [skew] = skewOf([...even, attempt({ task: 8, seconds: 4, rows: 900, volunteer: "p0" })]);
  expect(skew?.finding).toEqual({
    partition: 8,
    volunteer: "p0",
    seconds: 4,
    median: 0.5,
    times: 8,
    rows: 9,
    cause: "rows",
  });
});

test("as many rows on a volunteer that is slow throughout: the volunteer is named", () => {
  const slow = [4, 4.1, 3.9].map((seconds, index) => attempt({ task: 20 + index, seconds, volunteer: "slow" }));
  expect(skewOf([...even, ...slow])[0]?.finding).toMatchObject({ volunteer: "slow", cause: "volunteer", rows: 1 });
});

test("as many rows on a volunteer that is quick otherwise: some records take longer", () => {
  expect(skewOf([...even, attempt({ task: 8, seconds: 4, volunteer: "p0" })])[0]?.finding?.cause).toBe("records");
});

test("a few milliseconds more are no skew, however many times the median they are", () => {
  const quick = even.map((each) => ({ ...each, seconds: 0.01 }));
  expect(skewOf([...quick, attempt({ task: 8, seconds: 0.3 })])[0]?.finding).toBeNull();
});

test("of a task that was done twice the last counts, and what was not done does not", () => {
  const [skew] = skewOf([
    attempt({ task: 1, rows: 1 }),
    attempt({ task: 1, attempt: 1, rows: 5 }),
    attempt({ task: 2, rows: 900, outcome: "lost" }),
  ]);
  expect(skew).toMatchObject({ tasks: 1, measures: { rows: { min: 5, max: 5 } } });
});

test("what no volunteer told is no measure", () => {
  expect(skewOf([attempt({ read: -1 })])[0]?.measures.read).toBeNull();
});
