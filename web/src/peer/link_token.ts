/** The parts of a window that a link's token comes from and goes to. */
export type TokenPlace = Pick<Window, "location" | "history" | "sessionStorage">;

/**
 * The token out of the link's fragment, taken from the address bar and the history at once: who looks over the
 * shoulder, or shares the address, gets none. It is kept under `key` while the tab is open, so that a reload needs no
 * link. null where there is none.
 */
export function takeToken(page: TokenPlace, key: string): string | null {
  const fragment = page.location.hash.slice(1);
  if (fragment) {
    page.history.replaceState(null, "", page.location.pathname + page.location.search);
    remember(page, key, fragment);
    return fragment;
  }
  try {
    return page.sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

/** Forgets the token: it was refused. */
export function forgetToken(page: Pick<Window, "sessionStorage">, key: string): void {
  try {
    page.sessionStorage.removeItem(key);
  } catch {
    // Storage is off in this browser, so nothing was kept.
  }
}

function remember(page: TokenPlace, key: string, token: string): void {
  try {
    page.sessionStorage.setItem(key, token);
  } catch {
    // Storage is off in this browser: a reload will need the link again.
  }
}
