import { useRef } from "preact/hooks";
import { shell as text } from "../../strings/console.ts";
import { connection, swarmTitle } from "../state.ts";
import { InvitePanel } from "../swarm/invite_panel.tsx";

/** Whose swarm this is, how we stand with it, and the way to more volunteers. */
export function Header() {
  const dialog = useRef<HTMLDialogElement>(null);
  const stands = connection.value.is;
  return (
    <header class="top">
      <p class="title">
        <span class="brand">{text.brand}</span>
        <strong id="swarm-title">{swarmTitle.value || text.untitled}</strong>
      </p>
      <p class={`connection ${stands}`} id="connection" role="status">
        {text.connection[stands]}
      </p>
      <button type="button" class="primary" id="invite" onClick={() => dialog.current?.showModal()}>
        {text.invite}
      </button>
      <dialog ref={dialog} id="invite-dialog" aria-labelledby="invite-heading">
        <h2 id="invite-heading">{text.inviteHeading}</h2>
        <InvitePanel />
        <p class="row end">
          <button type="button" onClick={() => dialog.current?.close()}>
            {text.close}
          </button>
        </p>
      </dialog>
    </header>
  );
}
