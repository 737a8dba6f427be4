import { useSignal } from "@preact/signals";
import { useId, useRef } from "preact/hooks";
import { copied } from "../../links/clipboard.ts";
import { invitation as text } from "../../strings/swarm.ts";
import { Asking } from "../lists/asking.tsx";
import { inviteLink, line, swarmTitle } from "../state.ts";
import { invitationMessage, isRevoked } from "./invitation.ts";
import { Qr } from "./qr.tsx";

/** The invite link, to hand on: copied, shown, shared, made anew or taken back; and what it says to volunteers. */
export function InvitePanel({ qr = true }: { qr?: boolean }) {
  const link = inviteLink.value;
  return (
    <div class="invitation">
      {link ? <Link link={link} qr={qr} /> : <p>{isRevoked.value ? text.revoked : text.none}</p>}
      {!link && isRevoked.value && (
        <p class="row">
          <button type="button" class="primary" onClick={() => line.value?.say({ type: "RotateInvite" })}>
            {text.renew}
          </button>
        </p>
      )}
      {(link || isRevoked.value) && <Words />}
      <p class="secrecy">{text.secrecy}</p>
    </div>
  );
}

function Link({ link, qr }: { link: string; qr: boolean }) {
  const showsQr = useSignal(qr);
  const share = () => void navigator.share({ text: text.shareText(swarmTitle.value), url: link }).catch(() => {});
  return (
    <>
      <p>{text.what}</p>
      <CopyField link={link} />
      <div class="row">
        <button type="button" aria-expanded={showsQr.value} onClick={() => (showsQr.value = !showsQr.value)}>
          {showsQr.value ? text.hideQr : text.showQr}
        </button>
        {"share" in navigator && (
          <button type="button" onClick={share}>
            {text.share}
          </button>
        )}
        <Asking
          what={text.rotate}
          question={text.rotateAsk}
          yes={text.rotateYes}
          no={text.keep}
          act={() => line.value?.say({ type: "RotateInvite" })}
        />
        <Asking
          what={text.revoke}
          question={text.revokeAsk}
          yes={text.revokeYes}
          no={text.keep}
          act={() => line.value?.say({ type: "RevokeInvite" })}
        />
      </div>
      {showsQr.value && <Qr link={link} label={text.qr} />}
    </>
  );
}

function CopyField({ link }: { link: string }) {
  const field = useRef<HTMLInputElement>(null);
  /** What came of copying, and of which link: another has not been copied. */
  const outcome = useSignal({ link: "", words: "" });
  const copy = async () => {
    field.current?.select();
    outcome.value = { link, words: (await copied(link)) ? text.copied : text.copyYourself };
  };
  const words = outcome.value.link === link ? outcome.value.words : text.copy;
  return (
    <p class="row">
      <input
        type="text"
        ref={field}
        readOnly
        value={link}
        aria-label={text.link}
        onFocus={(event) => event.currentTarget.select()}
      />
      <button type="button" onClick={copy}>
        <span aria-live="polite">{words}</span>
      </button>
    </p>
  );
}

/** Title and message, as volunteers see them. What is typed here is kept when the coordinator tells the old words again. */
function Words() {
  const typed = useSignal<{ title: string; message: string } | null>(null);
  const saved = useSignal(false);
  const id = useId();
  const title = typed.value?.title ?? swarmTitle.value;
  const message = typed.value?.message ?? invitationMessage.value;
  const type = (change: { title?: string; message?: string }) => {
    typed.value = { title, message, ...change };
    saved.value = false;
  };
  const save = (event: Event) => {
    event.preventDefault();
    line.value?.say({ type: "SetInvitation", title: title.trim(), message: message.trim() });
    typed.value = null;
    saved.value = true;
  };
  return (
    <form class="words" onSubmit={save}>
      <h3>{text.wordsHeading}</h3>
      <label for={`${id}-title`}>{text.title}</label>
      <input
        type="text"
        id={`${id}-title`}
        maxLength={100}
        value={title}
        onInput={(event) => type({ title: event.currentTarget.value })}
      />
      <label for={`${id}-message`}>{text.message}</label>
      <textarea
        id={`${id}-message`}
        rows={3}
        maxLength={1000}
        placeholder={text.messageHint}
        value={message}
        onInput={(event) => type({ message: event.currentTarget.value })}
      />
      <p class="row">
        <button type="submit" disabled={typed.value === null}>
          {text.save}
        </button>
        <span class="soft" role="status">
          {saved.value ? text.saved : ""}
        </span>
      </p>
    </form>
  );
}
