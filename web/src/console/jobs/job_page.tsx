import { useComputed, useSignal } from "@preact/signals";
import type { ComponentType } from "preact";
import { jobs as text } from "../../strings/jobs.ts";
import { Asking } from "../lists/asking.tsx";
import { lazily } from "../lists/lazily.tsx";
import type { ObservationStore } from "../observation/store.ts";
import { line } from "../state.ts";
import { AttemptTable } from "./attempt_table.tsx";
import { Bar } from "./bar.tsx";
import { Errors } from "./errors.tsx";
import type { GraphProps } from "./graph.tsx";
import { JobLink } from "./job_link.tsx";
import { How } from "./jobs_list.tsx";
import { Output } from "./output.tsx";
import { saveReport } from "./save_report.ts";
import { SkewTables } from "./skew_tables.tsx";
import { Stages } from "./stages.tsx";
import { Story } from "./story.tsx";
import { Timeline } from "./timeline.tsx";

/** The layout of graphs comes only when a job is looked at. */
const Graph: ComponentType<GraphProps> = lazily(async () => (await import("./graph.tsx")).Graph);

/**
 * All that is known of one job, the most wanted first.
 *
 * Each part follows what it shows, and the page itself only what seldom changes: a busy job tells something four times
 * a second.
 */
export function JobPage({ id, store }: { id: string; store: ObservationStore }) {
  const state = useComputed(() => store.job(id)?.state ?? "").value;
  const submitted = useComputed(() => store.job(id)?.submitted ?? 0).value;
  const ended = useComputed(() => store.job(id)?.ended ?? -1).value;
  if (!state) return <Unknown known={store.complete.value} />;
  return (
    <article class="job-page" data-job={id} data-state={state}>
      <p class="back">
        <JobLink id="">← {text.back}</JobLink>
      </p>
      <Head id={id} store={store} />
      <Story store={store} id={id} />
      <Errors store={store} />
      <Stages store={store} id={id} />
      <section aria-labelledby="timeline-heading">
        <h2 id="timeline-heading">{text.timeline}</h2>
        <Timeline store={store} origin={submitted} ended={ended} />
      </section>
      <div class="pair">
        <section aria-labelledby="graph-heading">
          <h2 id="graph-heading">{text.graph}</h2>
          <Graph store={store} />
        </section>
        <section aria-labelledby="skew-heading">
          <h2 id="skew-heading">{text.skew}</h2>
          <SkewTables store={store} />
        </section>
      </div>
      <Output store={store} job={id} />
      <Attempts store={store} />
    </article>
  );
}

/** What it is, how far it is, and how to end it or keep it. */
function Head({ id, store }: { id: string; store: ObservationStore }) {
  const job = store.job(id);
  if (!job) return null;
  const runs = job.state === "running";
  return (
    <>
      <div class="row heading">
        <h1>
          <bdi>{text.title(job.action, job.call_site)}</bdi>
        </h1>
        <span class={`job-state ${job.state}`} role="status">
          {text.states[job.state] ?? job.state}
        </span>
        {runs ? (
          <Asking
            what={text.cancel}
            question={text.cancelAsk}
            yes={text.cancelYes}
            no={text.cancelNo}
            act={() => line.value?.say({ type: "CancelJob", job: id })}
          />
        ) : (
          <button type="button" id="save-report" onClick={() => saveReport(store, id)}>
            {text.saveReport}
          </button>
        )}
      </div>
      <Bar {...job} label={text.progress} />
      <p class="soft">
        <How job={job} store={store} />
      </p>
    </>
  );
}

/** Thousands of rows are drawn only for who asks for them. */
function Attempts({ store }: { store: ObservationStore }) {
  const open = useSignal(false);
  return (
    <details class="attempts" onToggle={(event) => (open.value = event.currentTarget.open)}>
      <summary>{text.attempts}</summary>
      {open.value && <AttemptTable store={store} />}
    </details>
  );
}

function Unknown({ known }: { known: boolean }) {
  return (
    <>
      <p class="back">
        <JobLink id="">← {text.back}</JobLink>
      </p>
      {known ? (
        <>
          <h1>{text.gone}</h1>
          <p>{text.goneMore}</p>
        </>
      ) : (
        <p class="soft">{text.looking}</p>
      )}
    </>
  );
}
