import { forgetToken, type TokenPlace, takeToken } from "../peer/link_token.ts";

/** Where a tab keeps its invite while it is open. */
const KEY = "tabswarm-invite";

/** The invite out of the link's fragment, or as this tab kept it; null where there is none. */
export function takeInvite(page: TokenPlace): string | null {
  return takeToken(page, KEY);
}

/** Forgets the invite: it was refused. */
export function forgetInvite(page: Pick<Window, "sessionStorage">): void {
  forgetToken(page, KEY);
}
