import { effect } from "@preact/signals";
import { route } from "../route.ts";
import { line } from "../state.ts";
import { hearInvitation } from "../swarm/invitation.ts";
import { ObservationStore } from "./store.ts";

/** The swarm behind this page's driver link. */
export const store = new ObservationStore();

/** From now on looks at the swarm over whichever line the page has, and closely at the job that is shown. */
export function observe(): void {
  effect(() => {
    const { view, job } = route.value;
    store.look(view === "jobs" ? job : "");
  });
  effect(() => {
    const open = line.value;
    if (open === null) return;
    const stops = [store.listen(open), hearInvitation(open)];
    return () => {
      for (const stop of stops) stop();
    };
  });
}
