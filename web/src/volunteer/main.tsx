// The volunteer page: what an invite link opens.
import { effect } from "@preact/signals";
import { render } from "preact";
import type { Runtime } from "../frame/protocol.ts";
import { choices, recallChoices } from "./choices.ts";
import { askBeforeClosing } from "./closing.ts";
import { watchDevice } from "./device.ts";
import { installedInvite, letInstall } from "./install.ts";
import { takeInvite } from "./invite.ts";
import { Page } from "./page.tsx";
import { pausedByPerson } from "./pausing.ts";
import { phase } from "./state.ts";
import { Volunteer } from "./volunteer.ts";
import { canKeepAwake, keepAwake } from "./wake_lock.ts";

const page = document.getElementById("page") as HTMLElement;
const runtime = JSON.parse(document.getElementById("runtime")?.textContent ?? "") as Runtime;

/** What this page cannot do without; a browser without it is too old, or set to forbid it. */
const needed: Record<string, unknown> = {
  WebAssembly: globalThis.WebAssembly,
  "JavaScript modules in Workers": globalThis.Worker,
  "Promise.withResolvers": Promise.withResolvers,
};

function open(): Volunteer | null {
  const missing = Object.keys(needed).filter((name) => !needed[name]);
  if (missing.length > 0) {
    phase.value = { is: "unsupported", what: missing.join(", ") };
    return null;
  }
  const invite = takeInvite(window) ?? installedInvite(window);
  if (invite === null) {
    phase.value = { is: "no-invite" };
    return null;
  }
  phase.value = { is: "connecting" };
  pausedByPerson.value = false;
  letInstall(window, invite, new URL(import.meta.url).pathname);
  return new Volunteer(invite, runtime);
}

recallChoices();
void watchDevice();
let volunteer = open();

effect(() => {
  void choices.value;
  volunteer?.choicesChanged();
});
addEventListener("pagehide", () => volunteer?.quit("the page was closed"));
addEventListener("online", () => volunteer?.awake());
document.addEventListener("resume", () => volunteer?.awake());
document.addEventListener("visibilitychange", () => volunteer?.awake());
askBeforeClosing(window);
if (canKeepAwake(navigator)) keepAwake(navigator);

render(
  <Page
    start={() => void volunteer?.start()}
    pause={(paused) => {
      pausedByPerson.value = paused;
    }}
    stop={() => volunteer?.stop()}
    finish={() => volunteer?.finish()}
    again={() => {
      volunteer = open();
    }}
  />,
  page,
);

// Out of the browser's back/forward cache the page would come back stopped and not know it.
addEventListener("pageshow", ({ persisted }) => {
  if (persisted) location.reload();
});

// A second link opened in the same tab changes the fragment only: take it, and start from its beginning.
addEventListener("hashchange", () => {
  if (location.hash) location.reload();
});
