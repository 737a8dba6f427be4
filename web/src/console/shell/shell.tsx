import { shell as text } from "../../strings/console.ts";
import { JobsStrip, JobsView } from "../jobs/jobs_view.tsx";
import { StorageView } from "../jobs/storage_view.tsx";
import type { Desk } from "../notebook/desk.ts";
import { NotebookView } from "../notebook/notebook_view.tsx";
import { route } from "../route.ts";
import { connection } from "../state.ts";
import { SwarmStrip, SwarmView } from "../swarm/swarm_view.tsx";
import { Header } from "./header.tsx";
import { ViewTabs } from "./view_tabs.tsx";

/** The console's page: a header, one view, and the tabs to the others (below it on a phone). */
export function Shell({ desk }: { desk: Desk }) {
  const stands = connection.value;
  return (
    <div class="console" data-connection={stands.is} data-view={route.value.view}>
      <Header />
      {stands.is === "no-link" && <Barred {...text.noLink} />}
      {stands.is === "refused" && <Barred {...text.refused} reason={text.refused.reason(stands.reason)} />}
      {stands.is !== "no-link" && stands.is !== "refused" && <CurrentView desk={desk} />}
      <ViewTabs />
    </div>
  );
}

/** The notebook is hidden and not removed, so that an editor keeps its cursor and its history of undo. */
function CurrentView({ desk }: { desk: Desk }) {
  const { view, job } = route.value;
  return (
    <>
      <div class="notebook-and-strip" hidden={view !== "notebook"}>
        <main id="notebook">
          <NotebookView desk={desk} />
        </main>
        <aside class="strip" aria-label={text.besideLabel}>
          <SwarmStrip />
          <JobsStrip />
        </aside>
      </div>
      {view !== "notebook" && (
        <main id={view}>
          {view === "swarm" && <SwarmView />}
          {view === "jobs" && <JobsView job={job} />}
          {view === "storage" && <StorageView />}
        </main>
      )}
    </>
  );
}

/** Why there is nothing to see, and what to do. */
function Barred({ heading, more, reason }: { heading: string; more: string; reason?: string }) {
  return (
    <main class="barred">
      <h1>{heading}</h1>
      <p>{more}</p>
      {reason && <p class="soft">{reason}</p>}
    </main>
  );
}
