import { expect, test } from "vitest";
import { Activity, SPANS } from "./activity.ts";

test("a span's figure is how many Workers computed on average", () => {
  let now = 0;
  const activity = new Activity(() => now);
  activity.computing = 1;
  now += 1000;
  activity.computing = 2;
  now += 1000;
  activity.computing = 0;
  now += 2000;
  expect(activity.sample()).toEqual([0.75]);
  now += 4000;
  expect(activity.sample()).toEqual([0.75, 0]);
});

test("only the last minutes are kept", () => {
  let now = 0;
  const activity = new Activity(() => now);
  for (let span = 0; span < SPANS + 9; span += 1) {
    now += 5000;
    activity.sample();
  }
  expect(activity.sample().length).toBe(SPANS);
});
