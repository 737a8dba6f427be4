import type { About, Purpose, Welcome } from "../wire/messages.ts";
import * as state from "./state.ts";
import { nameOf, textOf } from "./strangers_words.ts";

/** Shows what the swarm is for, in its driver's words; the Welcome says it first, and `Purpose` when it changes. */
export function showPurpose({ title, message }: Pick<Welcome | Purpose, "title" | "message">): void {
  state.title.value = nameOf(title ?? "");
  state.message.value = textOf(message ?? "");
}

/** Shows what the swarm computes. */
export function showAbout(about: About): void {
  state.about.value = {
    name: nameOf(about.name || about.action || about.job || ""),
    action: about.action ? { name: nameOf(about.action), callSite: nameOf(about.call_site ?? "") } : null,
    running: about.running ?? false,
    code: (about.code ?? []).map(([name, callSite, source]) => ({
      name: nameOf(name),
      callSite: nameOf(callSite),
      source: textOf(source),
    })),
    moreCode: about.more_code ?? 0,
    tasks: about.tasks ?? 0,
    sourceBytes: about.source_bytes ?? 0,
  };
}
