import { expect, test } from "vitest";
import { type Choices, defaults } from "./choices.ts";
import { type Device, isOverCap, reasonsToPause } from "./rules.ts";

const calm: Device = { battery: null, hidden: false, metered: null };

test.each<[string, Partial<Device>, Partial<Choices>, string[]]>([
  ["nothing that the device can tell", {}, {}, []],
  ["a full battery", { battery: { level: 1, charging: false } }, {}, []],
  ["a battery at the level", { battery: { level: 0.3, charging: false } }, {}, []],
  ["a battery below the level", { battery: { level: 0.29, charging: false } }, {}, ["battery"]],
  ["a low battery that is charged", { battery: { level: 0.05, charging: true } }, {}, []],
  ["a low battery, where the person does not mind", { battery: { level: 0.05, charging: false } }, { battery: 0 }, []],
  [
    "a full battery, where it should always rest",
    { battery: { level: 1, charging: false } },
    { battery: 101 },
    ["battery"],
  ],
  ["a hidden tab on a laptop", { hidden: true }, {}, []],
  ["a hidden tab on a phone", { hidden: true }, defaults(true), ["hidden"]],
  ["a metered network", { metered: true }, {}, ["metered"]],
  ["a metered network, where the person does not mind", { metered: true }, { metered: false }, []],
  [
    "all at once",
    { battery: { level: 0, charging: false }, hidden: true, metered: true },
    { hidden: true },
    ["battery", "hidden", "metered"],
  ],
])("of %s the rules make what they should", (_, device, chosen, reasons) => {
  const found = reasonsToPause({ ...calm, ...device }, { ...defaults(false), ...chosen });
  expect(found.map(({ by }) => by)).toEqual(reasons);
});

test("the data limit counts from its very last byte, and none is no limit", () => {
  expect([isOverCap(99_999_999, { dataCap: 100 }), isOverCap(100_000_000, { dataCap: 100 })]).toEqual([false, true]);
  expect(isOverCap(Number.MAX_SAFE_INTEGER, { dataCap: 0 })).toBe(false);
});
