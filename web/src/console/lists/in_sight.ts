import { type ReadonlySignal, type Signal, useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";

/** Who is told of each element that is watched; one watcher serves all. */
const watched = new WeakMap<Element, Signal<boolean>>();
let watcher: IntersectionObserver | null = null;

/**
 * Whether an element is in sight or nearly so. What is not need not follow changes: it draws them when it comes back.
 *
 * True before it is known, and where the browser cannot tell.
 */
export function useInSight(element: RefObject<Element | null>): ReadonlySignal<boolean> {
  const inSight = useSignal(true);
  useEffect(() => {
    const watching = element.current;
    if (!watching || typeof IntersectionObserver === "undefined") return;
    watcher ??= new IntersectionObserver(tell, { rootMargin: "25%" });
    watched.set(watching, inSight);
    watcher.observe(watching);
    return () => watcher?.unobserve(watching);
  }, []);
  return inSight;
}

function tell(entries: readonly IntersectionObserverEntry[]): void {
  for (const { target, isIntersecting } of entries) {
    const inSight = watched.get(target);
    if (inSight) inSight.value = isIntersecting;
  }
}
