import { expect, test, vi } from "vitest";
import { FakeClock } from "../../tests/fake_clock.ts";
import { Duty } from "./duty.ts";

function resting(load: number) {
  const clock = new FakeClock();
  const duty = new Duty(() => {}, clock);
  duty.load = load;
  return { clock, duty };
}

test.each([10, 20, 50, 90])(
  "at %i %% one Worker computes that share of the time, whatever its tasks are like",
  (load) => {
    const { clock, duty } = resting(load);
    let computed = 0;
    let seed = 7;
    while (computed < 200_000) {
      seed = (seed * 48271) % 2147483647;
      const task = 3 + (seed % 900);
      clock.advance(task);
      computed += task;
      duty.ran(task);
      while (duty.resting > 0) clock.advance(1);
    }
    expect((100 * computed) / clock.now()).toBeCloseTo(load, 0);
  },
);

test("at full load nothing rests, and nothing is saved up for later", () => {
  const { clock, duty } = resting(100);
  duty.ran(60_000);
  expect(duty.resting).toBe(0);
  duty.load = 50;
  expect([duty.resting, clock.pending]).toEqual([0, 0]);
});

test("small tasks are rested for together", () => {
  const { duty } = resting(50);
  for (let task = 0; task < 9; task += 1) duty.ran(10);
  expect(duty.resting).toBe(0);
  duty.ran(10);
  expect(duty.resting).toBe(1);
});

test("with several Workers each rests for its own tasks", () => {
  const { clock, duty } = resting(50);
  duty.ran(1000);
  clock.advance(400);
  duty.ran(1000);
  expect(duty.resting).toBe(2);
  clock.advance(600);
  expect(duty.resting).toBe(1);
  clock.advance(400);
  expect(duty.resting).toBe(0);
});

test("another load makes the rests that go on longer or shorter", () => {
  const { clock, duty } = resting(50);
  duty.ran(10_000);
  duty.load = 10;
  clock.advance(89_000);
  expect(duty.resting).toBe(1);
  duty.load = 50;
  clock.advance(0);
  expect(duty.resting).toBe(0);
});

test("a long rest is told as one until shortly before its end, so that others have the tasks in the meantime", () => {
  const clock = new FakeClock();
  const changed = vi.fn();
  const duty = new Duty(changed, clock);
  duty.load = 50;
  duty.ran(10_000);
  expect(duty.restingLong).toBe(1);
  changed.mockClear();
  clock.advance(8_000);
  expect([duty.restingLong, duty.resting]).toEqual([0, 1]);
  expect(changed).toHaveBeenCalledOnce();
  clock.advance(2_000);
  expect(duty.resting).toBe(0);
});

test("where timers come late, as in a hidden tab, a look at the clock ends a rest", () => {
  const { clock, duty } = resting(50);
  duty.ran(1000);
  clock.sleep(1500);
  expect(duty.resting).toBe(1);
  duty.tick();
  expect(duty.resting).toBe(0);
});
