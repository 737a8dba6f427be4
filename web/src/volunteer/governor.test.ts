import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FakeClock } from "../../tests/fake_clock.ts";
import { choices, defaults } from "./choices.ts";
import { device } from "./device.ts";
import { allowedCores, Governor } from "./governor.ts";
import { pausedByPerson } from "./pausing.ts";

beforeEach(() => {
  vi.stubGlobal("navigator", { hardwareConcurrency: 5 });
});

afterEach(() => {
  vi.unstubAllGlobals();
  choices.value = defaults(false);
  device.value = { battery: null, hidden: false, metered: null };
  pausedByPerson.value = false;
});

function governed() {
  const clock = new FakeClock();
  const allowed: [workers: number, resting: number][] = [];
  const offered: number[] = [];
  const governor = new Governor(
    {
      allow: (workers, resting) => allowed.push([workers, resting]),
      offer: (slots) => offered.push(slots),
    },
    clock,
  );
  return { clock, governor, offered, allowed: () => allowed.at(-1) };
}

test("nothing is offered before Python runs, then one slot, and more as tasks queue up", () => {
  const { governor, offered } = governed();
  expect(offered).toEqual([]);
  governor.ready();
  for (const tasks of [1, 2, 3, 4, 9, 9]) governor.queued(tasks);
  expect(offered).toEqual([1, 2, 3, 4]);
});

test("the person's number of cores holds at once, both ways", () => {
  const { governor, offered, allowed } = governed();
  governor.ready();
  for (const tasks of [9, 9, 9]) governor.queued(tasks);
  choices.value = { ...choices.value, cores: 2 };
  expect(offered.at(-1)).toBe(2);
  expect(allowed()).toEqual([2, 0]);
  governor.queued(9);
  expect(offered.at(-1)).toBe(2);
  choices.value = { ...choices.value, cores: 3 };
  governor.queued(9);
  expect(offered.at(-1)).toBe(3);
});

test("all cores but one, unless the person gives all; never more than there are", () => {
  const allowed = (cores: number) => allowedCores({ cores });
  expect([allowed(0), allowed(1), allowed(5), allowed(64)]).toEqual([4, 1, 5, 5]);
});

test("while paused there are no slots and nothing starts; afterwards it goes on as before", () => {
  const { governor, offered, allowed } = governed();
  governor.ready();
  governor.queued(2);
  pausedByPerson.value = true;
  expect(offered.at(-1)).toBe(0);
  expect(allowed()).toEqual([2, 2]);
  pausedByPerson.value = false;
  expect(offered.at(-1)).toBe(2);
  expect(allowed()).toEqual([2, 0]);
});

test("a rule pauses and lets go as well as a person, and each alone is enough", () => {
  const { governor, offered } = governed();
  governor.ready();
  device.value = { battery: { level: 0.2, charging: false }, hidden: false, metered: true };
  device.value = { ...device.value, metered: false };
  expect(offered).toEqual([1, 0]);
  device.value = { ...device.value, battery: { level: 0.2, charging: true } };
  expect(offered).toEqual([1, 0, 1]);
});

test("Python that comes while paused is not offered until the pause is over", () => {
  const { governor, offered } = governed();
  pausedByPerson.value = true;
  governor.ready();
  expect(offered).toEqual([]);
  pausedByPerson.value = false;
  expect(offered).toEqual([1]);
});

test("a Worker that rests for long gives its slot back; one that rests for a moment keeps it", () => {
  const { clock, governor, offered, allowed } = governed();
  governor.ready();
  governor.queued(2);
  choices.value = { ...choices.value, load: 50 };
  governor.ran(500);
  expect(offered.at(-1)).toBe(2);
  expect(allowed()).toEqual([2, 1]);
  governor.ran(10_000);
  expect(offered.at(-1)).toBe(1);
  clock.advance(10_000);
  expect(offered.at(-1)).toBe(2);
  expect(allowed()).toEqual([2, 0]);
});

test("after the end nothing is offered, whatever the device or the person does", () => {
  const { clock, governor, offered } = governed();
  governor.ready();
  choices.value = { ...choices.value, load: 10 };
  governor.ran(1000);
  governor.end();
  const before = offered.length;
  pausedByPerson.value = true;
  pausedByPerson.value = false;
  governor.ran(1000);
  clock.advance(100_000);
  expect(offered.length).toBe(before);
  expect(governor.slots).toBe(0);
});
