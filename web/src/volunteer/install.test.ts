import { afterEach, expect, test, vi } from "vitest";
import { forgetInstalledInvite, installedInvite, installOffer, letInstall } from "./install.ts";

afterEach(() => {
  installOffer.value = null;
});

function page({ standalone = false, secure = true } = {}) {
  const kept = new Map<string, string>();
  const register = vi.fn((_address: string, _options: object) => Promise.resolve());
  const window = Object.assign(new EventTarget(), {
    isSecureContext: secure,
    matchMedia: () => ({ matches: standalone }),
    navigator: { serviceWorker: { register } },
    localStorage: {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
      removeItem: (key: string) => void kept.delete(key),
    },
  });
  return { window: window as unknown as Window, register };
}

test("the browser's offer to install becomes the page's own, and goes when it was taken", () => {
  const { window, register } = page();
  letInstall(window, "secret", "b1");
  const offer = new Event("beforeinstallprompt", { cancelable: true });
  window.dispatchEvent(offer);
  expect(installOffer.value).toBe(offer);
  expect(offer.defaultPrevented).toBe(true);
  expect(register).not.toHaveBeenCalled();
  window.dispatchEvent(new Event("appinstalled"));
  expect(installOffer.value).toBe(null);
  expect(register).toHaveBeenCalledOnce();
});

test("a page in a tab keeps no invite on the device and has no service worker", () => {
  const { window, register } = page();
  letInstall(window, "secret", "b1");
  expect([installedInvite(window), register.mock.calls.length]).toEqual([null, 0]);
});

test("the installed app keeps its invite until it is refused, and its service worker is of this very build", () => {
  const { window, register } = page({ standalone: true });
  letInstall(window, "secret", "/static/volunteer-abc.js");
  expect(installedInvite(window)).toBe("secret");
  const [address, options] = register.mock.calls[0] as [string, object];
  expect(address).toContain("build=%2Fstatic%2Fvolunteer-abc.js");
  expect(options).toEqual({ scope: "/join" });
  forgetInstalledInvite(window);
  expect(installedInvite(window)).toBe(null);
});

test("on plain http nothing is offered", () => {
  const { window, register } = page({ secure: false });
  letInstall(window, "secret", "b1");
  window.dispatchEvent(new Event("beforeinstallprompt"));
  window.dispatchEvent(new Event("appinstalled"));
  expect([installOffer.value, register.mock.calls.length]).toEqual([null, 0]);
});
