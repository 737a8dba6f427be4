import { computed, signal } from "@preact/signals";
import { choices } from "./choices.ts";
import { device } from "./device.ts";
import { type Reason, reasonsToPause } from "./rules.ts";

/** Whether the person pressed Pause. */
export const pausedByPerson = signal(false);

/** All that holds this tab back now; none: it may compute. */
export const pausedBy = computed<Reason[]>(() => [
  ...(pausedByPerson.value ? [{ by: "person" } as const] : []),
  ...reasonsToPause(device.value, choices.value),
]);
