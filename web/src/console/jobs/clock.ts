import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { ObservationStore } from "../observation/store.ts";

/** The coordinator's clock, which goes on once a second as long as `runs`: for durations that grow by themselves. */
export function useClock(store: ObservationStore, runs: boolean): number {
  const ticked = useSignal(0);
  useEffect(() => {
    if (!runs) return;
    const timer = setInterval(() => {
      ticked.value += 1;
    }, 1000);
    return () => clearInterval(timer);
  }, [runs]);
  ticked.value;
  return Math.max(store.now.value, runs ? store.clock() : 0);
}
