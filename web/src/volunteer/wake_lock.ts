import { computed, effect } from "@preact/signals";
import { choices } from "./choices.ts";
import { device } from "./device.ts";
import { pausedBy } from "./pausing.ts";
import * as state from "./state.ts";

/** Whether this browser can keep the screen on for this page (on secure origins alone). */
export const canKeepAwake = (navigator: object) => "wakeLock" in navigator;

const wanted = computed(
  () =>
    choices.value.awake &&
    state.phase.value.is === "working" &&
    pausedBy.value.length === 0 &&
    // The browser takes the lock back when the page is hidden, and gives it to a shown page alone.
    !device.value.hidden,
);

/** Keeps the screen on while the tab takes part, where the person wants it; lets go at once when not. */
export function keepAwake(navigator: Pick<Navigator, "wakeLock">): () => void {
  let lock: Promise<WakeLockSentinel | null> | null = null;
  return effect(() => {
    if (wanted.value) {
      // Refused on a low battery, say: then the screen goes off as always.
      lock ??= navigator.wakeLock.request("screen").catch(() => null);
      return;
    }
    void lock?.then((held) => held?.release());
    lock = null;
  });
}
