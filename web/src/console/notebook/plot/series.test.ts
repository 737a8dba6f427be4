import { expect, test } from "vitest";
import { seriesOf } from "./series.ts";

test("series keep their order and colours, whichever part of them comes first", () => {
  expect(seriesOf({ series: ["group 10", "group 2", "group 1", "group 2"] })).toEqual([
    "group 1",
    "group 2",
    "group 10",
  ]);
  expect(seriesOf({ series: ["a", "", "b"] })).toEqual(["", "a", "b"]);
  expect(seriesOf({})).toEqual([]);
});
