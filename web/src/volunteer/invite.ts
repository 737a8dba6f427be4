/** Where a tab keeps its invite while it is open, so that a reload needs no link. */
const KEY = "tabswarm-invite";

/**
 * The invite out of the link's fragment, taken from the address bar and the history at once: who looks over the
 * shoulder, or shares the address, gets no token. null where there is none.
 */
export function takeInvite(page: Pick<Window, "location" | "history" | "sessionStorage">): string | null {
  const fragment = page.location.hash.slice(1);
  if (fragment) {
    page.history.replaceState(null, "", page.location.pathname + page.location.search);
    remember(page, fragment);
    return fragment;
  }
  try {
    return page.sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** Forgets the invite: it was refused. */
export function forgetInvite(page: Pick<Window, "sessionStorage">): void {
  try {
    page.sessionStorage.removeItem(KEY);
  } catch {
    // Storage is off in this browser, so nothing was kept.
  }
}

function remember(page: Pick<Window, "sessionStorage">, invite: string): void {
  try {
    page.sessionStorage.setItem(KEY, invite);
  } catch {
    // Storage is off in this browser: a reload will need the link again.
  }
}
