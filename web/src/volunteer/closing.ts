import { computed, effect } from "@preact/signals";
import * as state from "./state.ts";

/** Whether closing the tab now would take away what nobody else has; others would have to compute it again. */
export const wouldBeMissed = computed(() => state.started.value && state.heldAlone.value > 0);

/**
 * Has the browser ask before the tab is closed, while it would be missed. The browser says it in words of its own.
 *
 * It listens only while there is something to ask: a page that always listens is kept out of the back/forward cache.
 */
export function askBeforeClosing(scope: Pick<EventTarget, "addEventListener" | "removeEventListener">): () => void {
  const ask = (event: Event) => event.preventDefault();
  return effect(() => {
    if (wouldBeMissed.value) scope.addEventListener("beforeunload", ask);
    else scope.removeEventListener("beforeunload", ask);
  });
}
