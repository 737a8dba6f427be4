import { afterEach, expect, test } from "vitest";
import { askBeforeClosing } from "./closing.ts";
import * as state from "./state.ts";

afterEach(() => {
  state.started.value = false;
  state.heldAlone.value = 0;
});

/** Whether the browser would ask. */
function asks(page: EventTarget): boolean {
  return !page.dispatchEvent(new Event("beforeunload", { cancelable: true }));
}

test("closing asks first while the tab holds blocks that nobody else has, and at no other time", () => {
  const page = new EventTarget();
  const end = askBeforeClosing(page);
  expect(asks(page)).toBe(false);
  state.started.value = true;
  expect(asks(page)).toBe(false);
  state.heldAlone.value = 3;
  expect(asks(page)).toBe(true);
  state.heldAlone.value = 0;
  expect(asks(page)).toBe(false);
  state.heldAlone.value = 1;
  state.started.value = false;
  expect(asks(page)).toBe(false);
  end();
});

test("a page that has nothing to ask does not even listen, so the browser may keep it for Back", () => {
  const listening = new Set<string>();
  const page = {
    addEventListener: (event: string) => void listening.add(event),
    removeEventListener: (event: string) => void listening.delete(event),
  };
  const end = askBeforeClosing(page as unknown as EventTarget);
  expect([...listening]).toEqual([]);
  state.started.value = true;
  state.heldAlone.value = 1;
  expect([...listening]).toEqual(["beforeunload"]);
  state.started.value = false;
  expect([...listening]).toEqual([]);
  end();
});
