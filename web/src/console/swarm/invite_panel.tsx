import { useSignal } from "@preact/signals";
import { shell as text } from "../../strings/console.ts";
import { inviteLink } from "../state.ts";

/** The invite link, to hand on. */
export function InvitePanel() {
  const copied = useSignal(false);
  const link = inviteLink.value;
  if (!link) return <p>{text.noInviteYet}</p>;
  const copy = async () => {
    await navigator.clipboard?.writeText(link);
    copied.value = true;
  };
  return (
    <>
      <p>{text.inviteWhat}</p>
      <p class="row">
        <input
          type="text"
          readOnly
          value={link}
          aria-label={text.inviteLink}
          onFocus={(event) => event.currentTarget.select()}
        />
        <button type="button" onClick={copy}>
          <span aria-live="polite">{copied.value ? text.copied : text.copy}</span>
        </button>
      </p>
    </>
  );
}
