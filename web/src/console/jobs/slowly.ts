import { type ReadonlySignal, useSignal, useSignalEffect } from "@preact/signals";

/** Draws the component anew when the signal has changed, but at most once in so many milliseconds: for what is costly. */
export function useSlowly(changed: ReadonlySignal<unknown>, milliseconds: number): void {
  const drawn = useSignal(0);
  const last = useSignal(Number.NEGATIVE_INFINITY);
  const first = useSignal(changed.peek());
  drawn.value;
  useSignalEffect(() => {
    if (changed.value === first.peek()) return; // that is drawn already
    const now = performance.now();
    const wait = last.peek() + milliseconds - now;
    if (wait <= 0) {
      last.value = now;
      drawn.value = drawn.peek() + 1;
      return;
    }
    const timer = setTimeout(() => {
      last.value = performance.now();
      drawn.value = drawn.peek() + 1;
    }, wait);
    return () => clearTimeout(timer);
  });
}
