import { expect, test } from "vitest";
import { Pool } from "./pool.ts";

const idle = { idle: true };
const busy = { idle: false };

test("there is room until so many are alive, and then at the price of the idle one that was used longest ago", () => {
  const pool = new Pool<{ idle: boolean }>(2);
  expect(pool.room()).toBe(null);
  const [first, second] = [{ ...idle }, { ...idle }];
  pool.add("v1", first);
  pool.add("v2", second);
  expect(pool.room()).toBe(first);
  pool.touch("v1");
  expect(pool.room()).toBe(second);
  second.idle = false;
  expect(pool.room()).toBe(first);
});

test("where nothing is idle there is no room, and what moves bytes is left alone", () => {
  const pool = new Pool<{ idle: boolean }>(1);
  pool.add("v1", busy);
  expect(pool.room()).toBe(undefined);
  pool.remove("v1", busy);
  expect(pool.room()).toBe(null);
});

test("no more are made than a tab may make in its life, closed ones included", () => {
  const pool = new Pool<{ idle: boolean }>(32, 3);
  for (let made = 0; made < 3; made += 1) {
    expect(pool.room()).toBe(null);
    pool.add("v1", idle);
    pool.remove("v1", idle);
  }
  expect(pool.room()).toBe(undefined);
});

test("an older connection's end does not take the newer one with it", () => {
  const pool = new Pool<{ idle: boolean }>();
  const newer = { ...idle };
  pool.add("v1", idle);
  pool.add("v1", newer);
  pool.remove("v1", idle);
  expect(pool.get("v1")).toBe(newer);
});
