import { expect, test } from "vitest";
import { forgetInvite, takeInvite } from "./invite.ts";

function pageAt(hash: string, kept: Record<string, string> | null = {}) {
  const shown: string[] = [];
  const page = {
    location: { hash, pathname: "/join", search: "" },
    history: { replaceState: (_: unknown, __: string, url: string) => void shown.push(url) },
    get sessionStorage() {
      if (kept === null) throw new DOMException("storage is off", "SecurityError");
      return {
        getItem: (key: string) => kept[key] ?? null,
        setItem: (key: string, value: string) => {
          kept[key] = value;
        },
        removeItem: (key: string) => {
          delete kept[key];
        },
      };
    },
  };
  return { page: page as unknown as Window, shown, kept };
}

test("the token leaves the address bar and the history as soon as it is taken", () => {
  const { page, shown } = pageAt("#secret-token");
  expect(takeInvite(page)).toBe("secret-token");
  expect(shown).toEqual(["/join"]);
});

test("a reload finds it again, until it was refused", () => {
  const { page, kept } = pageAt("#secret-token");
  takeInvite(page);
  expect(takeInvite(pageAt("", kept).page)).toBe("secret-token");
  forgetInvite(pageAt("", kept).page);
  expect(takeInvite(pageAt("", kept).page)).toBe(null);
});

test("without storage the link alone counts", () => {
  expect(takeInvite(pageAt("#secret-token", null).page)).toBe("secret-token");
  expect(takeInvite(pageAt("", null).page)).toBe(null);
  expect(() => forgetInvite(pageAt("", null).page)).not.toThrow();
});
