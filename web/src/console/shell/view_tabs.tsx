import { shell as text } from "../../strings/console.ts";
import { go, route, VIEWS, type View, write } from "../route.ts";

/** The ways to the four views. They are links, so they open in a tab of their own too. */
export function ViewTabs() {
  return (
    <nav class="views" aria-label={text.viewsLabel}>
      {VIEWS.map((view) => (
        <a
          key={view}
          id={`to-${view}`}
          href={`/console${write({ view, job: "" })}`}
          aria-current={route.value.view === view ? "page" : undefined}
          onClick={(event) => follow(event, view)}
        >
          {text.views[view]}
        </a>
      ))}
    </nav>
  );
}

/** A plain click stays in this page; with a key held it is the browser's, as for any link. */
function follow(event: MouseEvent, view: View): void {
  if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  go(view);
}
