import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { inTime, notebook as text } from "../../../strings/notebook.ts";
import { go } from "../../route.ts";
import { kernel } from "../../state.ts";
import type { Cell, Run } from "../cell.ts";
import type { Desk } from "../desk.ts";

/** Where a cell's run stands, and how far the jobs are that it waits for. */
export function RunLine({ cell, desk }: { cell: Cell; desk: Desk }) {
  const run = cell.run.value;
  const waits = run.is === "running" ? (kernel.value?.waitingFor.value ?? []) : [];
  const recalled = cell.jobs.value.filter((job) => job.recalled).length;
  if (run.is === "never") return null;
  return (
    <div class={`run-line ${run.is}`}>
      <p role="status">
        {run.is === "running" ? <Running since={run.since} /> : wordsFor(run)}
        {cell.edited && !cell.active && <span class="soft"> · {text.cell.edited}</span>}
        {run.is === "done" && recalled > 0 && <span class="soft"> · {text.job.recalled}</span>}
      </p>
      {waits.map((job) => (
        <JobLine key={job} job={job} desk={desk} />
      ))}
    </div>
  );
}

function wordsFor(run: Exclude<Run, { is: "running" }>): string {
  switch (run.is) {
    case "never":
      return "";
    case "queued":
      return text.run.queued;
    case "left":
      return text.run.left;
    case "replaying":
      return text.run.replaying;
    case "done":
      return run.again ? text.run[run.again] : text.run.done(run.took);
    default:
      return text.run[run.is](inTime(run.took));
  }
}

/** Counts the seconds; hidden from screen readers, which would read each of them out. */
function Running({ since }: { since: number }) {
  const now = useSignal(performance.now());
  useEffect(() => {
    const timer = setInterval(() => {
      now.value = performance.now();
    }, 500);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.floor(Math.max(0, now.value - since) / 1000);
  return (
    <>
      <span class="unseen">{text.python.computing}</span>
      <span aria-hidden="true">{text.run.running(inTime(seconds * 1000).replace(".0", ""))}</span>
    </>
  );
}

function JobLine({ job, desk }: { job: string; desk: Desk }) {
  const progress = desk.progresses.jobs.value.get(job);
  return (
    <div class="job-line">
      <a
        href={`/console?view=jobs&job=${encodeURIComponent(job)}`}
        onClick={(event) => {
          event.preventDefault();
          go("jobs", job);
        }}
      >
        {text.job.name(job)}
      </a>
      <progress
        aria-label={text.job.name(job)}
        max={Math.max(1, progress?.total ?? 1)}
        value={progress ? progress.done : undefined}
      />
      {progress && (
        <span class="soft">
          {text.job.tasks(progress.done, progress.total)}
          {progress.left !== null && progress.done < progress.total && `, ${text.job.left(inTime(progress.left))}`}
        </span>
      )}
      {progress && progress.volunteers === 0 && <span class="attention">{text.job.noVolunteers}</span>}
      {progress && progress.volunteers > 0 && progress.waitingFor && (
        <span class="attention">{text.job.waitingFor(progress.waitingFor)}</span>
      )}
    </div>
  );
}
