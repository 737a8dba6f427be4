import { signal } from "@preact/signals";

export const VIEWS = ["notebook", "swarm", "jobs", "storage"] as const;
export type View = (typeof VIEWS)[number];

/** Where the page stands; `job` is the one that the view Jobs shows, empty for the list. */
export interface Route {
  view: View;
  job: string;
}

/** What a query says; what it does not know means the notebook. */
export function read(query: string): Route {
  const found = new URLSearchParams(query);
  const view = VIEWS.find((name) => name === found.get("view")) ?? "notebook";
  return { view, job: view === "jobs" ? (found.get("job") ?? "") : "" };
}

/** The query of a route, as `read` takes it. */
export function write({ view, job }: Route): string {
  if (view === "notebook") return "";
  const query = new URLSearchParams({ view });
  if (view === "jobs" && job) query.set("job", job);
  return `?${query}`;
}

export const route = signal<Route>({ view: "notebook", job: "" });

/** Shows a view, and leaves a step for Back. */
export function go(to: View, job = ""): void {
  const next: Route = { view: to, job };
  if (write(next) === write(route.value)) return;
  history.pushState(null, "", location.pathname + write(next));
  route.value = next;
}

/** Takes the route from the address, now and at each Back and Forward. */
export function follow(): void {
  route.value = read(location.search);
  addEventListener("popstate", () => {
    route.value = read(location.search);
  });
}
