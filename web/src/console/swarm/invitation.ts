import { signal } from "@preact/signals";
import type { DriverLine } from "../kernel.ts";
import { inviteLink, swarmTitle } from "../state.ts";

/** What volunteers read before they start, besides the title. */
export const invitationMessage = signal("");
/** Whether there was a link and it was taken back. */
export const isRevoked = signal(false);

/** Takes over what the coordinator says of the invitation, until the returned function is called. */
export function hearInvitation(line: DriverLine): () => void {
  return line.hear((heard) => {
    if (heard.type !== "Invitation") return;
    inviteLink.value = heard.link;
    isRevoked.value = heard.link === "";
    swarmTitle.value = heard.title;
    invitationMessage.value = heard.message ?? "";
  });
}
