import { signal } from "@preact/signals";
import serviceWorker from "../app/service_worker.ts?worker&url";

/** Chromium's offer to install, which the page may keep and show as a button of its own. */
interface InstallOffer extends Event {
  prompt(): Promise<unknown>;
}

/** Where the installed app keeps the invite: it opens in windows of their own, without the link. */
const KEY = "tabswarm-installed-invite";

type Place = Pick<Window, "addEventListener" | "matchMedia" | "navigator" | "localStorage" | "isSecureContext">;

/** The browser would install this page now, if the person wants it. */
export const installOffer = signal<InstallOffer | null>(null);

/** Whether this page is open as the installed app. */
export function isInstalled(page: Pick<Window, "matchMedia">): boolean {
  return page.matchMedia("(display-mode: standalone)").matches;
}

/** The invite that the installed app was installed with, or was last opened by; null where this is no installed app. */
export function installedInvite(page: Pick<Window, "matchMedia" | "localStorage">): string | null {
  try {
    return isInstalled(page) ? page.localStorage.getItem(KEY) : null;
  } catch {
    return null;
  }
}

/** The invite is no longer good for anything. */
export function forgetInstalledInvite(page: Pick<Window, "localStorage">): void {
  try {
    page.localStorage.removeItem(KEY);
  } catch {
    // Storage is off in this browser, so nothing was kept.
  }
}

/**
 * Lets the page be installed, on secure origins: keeps the browser's offer for the page's own button. Once installed
 * the app keeps the invite on the device, and its files by a service worker; a page in a tab does neither.
 */
export function letInstall(page: Place, invite: string, build: string): void {
  if (!page.isSecureContext) return;
  page.addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    installOffer.value = event as InstallOffer;
  });
  const settle = () => {
    installOffer.value = null;
    try {
      page.localStorage.setItem(KEY, invite);
    } catch {
      // Storage is off in this browser: the app will ask for its link.
    }
    const address = `${serviceWorker}?build=${encodeURIComponent(build)}`;
    page.navigator.serviceWorker?.register(address, { scope: "/join" }).catch((error: unknown) => {
      console.warn("the app's files are not kept on this device:", error);
    });
  };
  page.addEventListener("appinstalled", settle);
  if (isInstalled(page)) settle();
}
