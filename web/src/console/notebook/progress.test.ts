import { expect, test } from "vitest";
import { Progresses } from "./progress.ts";

function told(done: number, total = 10, job = "j1") {
  return { job, done, total, running: 2, volunteers: 3 };
}

test("the rest is estimated by the pace so far, and not before there is one", () => {
  let now = 0;
  const progresses = new Progresses(() => now);
  progresses.take(told(0));
  expect(progresses.jobs.value.get("j1")).toMatchObject({ done: 0, total: 10, left: null });
  now = 4000;
  progresses.take(told(4));
  expect(progresses.jobs.value.get("j1")?.left).toBe(6000);
  now = 9000;
  progresses.take(told(10));
  expect(progresses.jobs.value.get("j1")?.left).toBe(0);
});

test("after a loss the pace is measured anew", () => {
  let now = 0;
  const progresses = new Progresses(() => now);
  progresses.take(told(0));
  now = 1000;
  progresses.take(told(8));
  now = 2000;
  progresses.take(told(2));
  expect(progresses.jobs.value.get("j1")?.left).toBeNull();
  now = 4000;
  progresses.take(told(4));
  expect(progresses.jobs.value.get("j1")?.left).toBe(6000);
});

test("a notebook that ran thousands of jobs remembers the newest", () => {
  const progresses = new Progresses(() => 0);
  for (let index = 0; index < 300; index++) progresses.take(told(1, 2, `j${index}`));
  expect(progresses.jobs.value.size).toBe(100);
  expect(progresses.jobs.value.has("j299")).toBe(true);
});
