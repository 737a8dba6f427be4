import { afterEach, expect, test } from "vitest";
import { choices, choose, defaults, isPhone, readChoices, recallChoices } from "./choices.ts";

afterEach(() => {
  choices.value = defaults(false);
});

function scope(kept: string | null = null, isMobile = false) {
  const storage = new Map<string, string>(kept === null ? [] : [["tabswarm-choices", kept]]);
  return {
    navigator: { userAgentData: { mobile: isMobile } },
    matchMedia: () => ({ matches: false }),
    localStorage: {
      getItem: (key: string) => storage.get(key) ?? null,
      setItem: (key: string, value: string) => void storage.set(key, value),
    },
  } as unknown as Window;
}

test("what the person chose is there again next time", () => {
  const device = scope();
  choose({ load: 40, relayOnly: true }, device);
  choices.value = defaults(false);
  recallChoices(device);
  expect(choices.value).toEqual({ ...defaults(false), load: 40, relayOnly: true });
});

test("a hidden tab pauses on phones unless the person chose otherwise", () => {
  recallChoices(scope(null, true));
  expect(choices.value.hidden).toBe(true);
  recallChoices(scope('{"hidden": false}', true));
  expect(choices.value.hidden).toBe(false);
});

test.each([
  null,
  "",
  "{",
  "null",
  "3",
  "[]",
  '{"load": 0, "cores": -1, "battery": "low", "relayOnly": "yes", "dataCap": 1e99, "memory": null, "more": 1}',
  '{"load": 55, "cores": 1.5}',
])("what makes no sense is left out: %s", (kept) => {
  expect(readChoices(kept, defaults(false))).toEqual(defaults(false));
});

test("where the browser keeps nothing a choice holds all the same", () => {
  const barred = {
    localStorage: {
      setItem: () => {
        throw new DOMException("no storage here", "SecurityError");
      },
    },
  } as unknown as Window;
  choose({ load: 10 }, barred);
  expect(choices.value.load).toBe(10);
});

test("a device without a mouse counts as a phone where the browser says nothing itself", () => {
  const coarse = { navigator: {}, matchMedia: () => ({ matches: true }) } as unknown as Window;
  expect(isPhone(coarse)).toBe(true);
});
