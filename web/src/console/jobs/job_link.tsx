import type { ComponentChildren } from "preact";
import { go, write } from "../route.ts";

/** A way to a job's page, or to all jobs: a link, so that it opens in a tab of its own too. */
export function JobLink({ id, children }: { id: string; children: ComponentChildren }) {
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go("jobs", id);
  };
  return (
    <a href={`/console${write({ view: "jobs", job: id })}`} onClick={follow}>
      {children}
    </a>
  );
}
