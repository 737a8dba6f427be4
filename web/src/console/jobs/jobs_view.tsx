import { jobs as text } from "../../strings/jobs.ts";
import { store } from "../observation/live.ts";
import { JobLink } from "./job_link.tsx";
import { JobPage } from "./job_page.tsx";
import { JobsList, runningFirst } from "./jobs_list.tsx";

/** All jobs, or the one that `job` names. */
export function JobsView({ job }: { job: string }) {
  return job ? <JobPage key={job} id={job} store={store} /> : <JobsList store={store} />;
}

/** The jobs at a glance, beside the notebook: those that run, and the last one that is over. */
export function JobsStrip() {
  const { running, over } = runningFirst(store);
  const shown = [...running.slice(0, 3), ...over.slice(0, running.length > 0 ? 0 : 1)];
  if (shown.length === 0) return null;
  return (
    <section class="jobs-strip" aria-label={text.stripLabel}>
      <h2>
        <JobLink id="">{text.heading}</JobLink>
      </h2>
      <ul>
        {shown.map((id) => (
          <JobsList.Row key={id} store={store} id={id} brief />
        ))}
      </ul>
    </section>
  );
}
