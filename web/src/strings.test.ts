import { expect, test } from "vitest";
import { inBytes, volunteer } from "./strings.ts";

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1.0 kB"],
  [99_949, "99.9 kB"],
  [99_950, "100 kB"],
  [999_499, "999 kB"],
  [999_500, "1.0 MB"],
  [2_500_000_000, "2.5 GB"],
])("%i bytes read as %s", (bytes, text) => {
  expect(inBytes(bytes)).toBe(text);
});

test("seconds become minutes where that reads better", () => {
  expect([0.04, 89.94, 119.6, 3725].map(volunteer.meter.seconds)).toEqual([
    "0.0 s",
    "89.9 s",
    "2 min 0 s",
    "62 min 5 s",
  ]);
});
