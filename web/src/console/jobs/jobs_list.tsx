import { useSignal } from "@preact/signals";
import { jobs as text } from "../../strings/jobs.ts";
import type { Job } from "../observation/shapes.ts";
import type { ObservationStore } from "../observation/store.ts";
import { Bar } from "./bar.tsx";
import { useClock } from "./clock.ts";
import { JobLink } from "./job_link.tsx";

/** Jobs that are over and shown at first; the rest unfolds. */
const SHOWN = 20;

/** The jobs that run, then those that are over, the newest first. */
export function runningFirst(store: ObservationStore): { running: string[]; over: string[] } {
  const all = store.jobs.ids.value.map((id) => ({ id, runs: store.jobs.row(id)?.value.state === "running" }));
  const newest = all.reverse();
  return {
    running: newest.filter(({ runs }) => runs).map(({ id }) => id),
    over: newest.filter(({ runs }) => !runs).map(({ id }) => id),
  };
}

export function JobsList({ store }: { store: ObservationStore }) {
  const most = useSignal(SHOWN);
  const { running, over } = runningFirst(store);
  return (
    <>
      <h1>{text.heading}</h1>
      {running.length + over.length === 0 && (
        <div class="status">
          <strong>{text.none}</strong>
          <span>{text.noneMore}</span>
        </div>
      )}
      {running.length > 0 && (
        <section>
          <h2>{text.running}</h2>
          <ul class="jobs-list">
            {running.map((id) => (
              <Row key={id} store={store} id={id} />
            ))}
          </ul>
        </section>
      )}
      {over.length > 0 && (
        <section>
          <h2>{text.past(over.length)}</h2>
          <ul class="jobs-list">
            {over.slice(0, most.value).map((id) => (
              <Row key={id} store={store} id={id} />
            ))}
          </ul>
          {over.length > most.value && (
            <button type="button" onClick={() => (most.value += 5 * SHOWN)}>
              {text.more(Math.min(5 * SHOWN, over.length - most.value))}
            </button>
          )}
        </section>
      )}
    </>
  );
}

function Row({ store, id, brief = false }: { store: ObservationStore; id: string; brief?: boolean }) {
  const job = store.jobs.row(id)?.value;
  if (!job) return null;
  const runs = job.state === "running";
  const about = job.description || job.program;
  return (
    <li class={`job ${job.state}`} data-job={id} data-state={job.state}>
      <p class="job-title">
        <JobLink id={id}>
          <bdi>{text.title(job.action, job.call_site)}</bdi>
        </JobLink>
        <span class="job-state">{text.states[job.state] ?? job.state}</span>
      </p>
      {(runs || !brief) && <Bar {...job} label={text.tasks(job.done, job.total)} />}
      <p class="soft">
        {!brief && about && (
          <>
            <bdi>{about}</bdi> ·{" "}
          </>
        )}
        <How job={job} store={store} />
      </p>
    </li>
  );
}

JobsList.Row = Row;

/** How far it is and how long that takes, or what came of it. */
export function How({ job, store }: { job: Job; store: ObservationStore }) {
  const runs = job.state === "running";
  const now = useClock(store, runs);
  const words = [text.tasks(job.done, job.total)];
  if (runs && job.running > 0) words.push(text.runningTasks(job.running));
  if (runs) words.push(text.since(now - job.submitted));
  if (runs && job.left >= 0) words.push(text.left(job.left));
  if (!runs && job.ended >= 0) words.push(text.took(job.ended - job.submitted));
  return (
    <>
      {words.join(" · ")}
      {runs && job.waiting_for && <strong class="waits"> {text.waiting(job.waiting_for)}</strong>}
      {job.error && <bdi class="trouble"> {job.error}</bdi>}
    </>
  );
}
