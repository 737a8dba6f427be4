import { expect, test } from "vitest";
import { aboutTime, counted, inDigits, inShort, inTime, listed } from "./amounts.ts";

test.each([
  [0, "0 ms"],
  [999.4, "999 ms"],
  [999.6, "1.0 s"],
  [9_949, "9.9 s"],
  [9_960, "10 s"],
  [89_400, "89 s"],
  [119_600, "2 min 0 s"],
  [5_399_000, "89 min 59 s"],
  [7_800_000, "2 h 10 min"],
  [-1, "–"],
  [Number.NaN, "–"],
])("%d ms read as %s", (milliseconds, text) => {
  expect(inTime(milliseconds)).toBe(text);
});

test.each([
  [300, "about a second"],
  [4_400, "about 4 s"],
  [42_000, "about 40 s"],
  [200_000, "about 3 min"],
  [9_000_000, "about 2.5 h"],
])("what is left of %d ms reads as %s", (milliseconds, text) => {
  expect(aboutTime(milliseconds)).toBe(text);
});

test("counts read easily, long ones in groups or in short", () => {
  expect([0, 999, 1000, 1234567].map(inDigits)).toEqual(["0", "999", "1,000", "1,234,567"]);
  expect([0, 2.5, 999, 1000, 12_345, 999_499, 999_500, 34e6].map(inShort)).toEqual([
    "0",
    "2.5",
    "999",
    "1.0 k",
    "12 k",
    "999 k",
    "1.0 M",
    "34 M",
  ]);
  expect([0, 1, 2].map((count) => counted(count, "block"))).toEqual(["0 blocks", "1 block", "2 blocks"]);
});

test("names in a sentence", () => {
  expect([[], ["A"], ["A", "B"], ["A", "B", "C"]].map(listed)).toEqual(["", "A", "A and B", "A, B and C"]);
});
