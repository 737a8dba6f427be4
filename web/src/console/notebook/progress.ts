import { type Signal, signal } from "@preact/signals";
import type { Progress } from "../../wire/messages.ts";
import type { DriverLine } from "../kernel.ts";

/** How far a job is. `left` is an estimate in milliseconds, null while there is nothing to go by. */
export interface JobProgress {
  done: number;
  total: number;
  running: number;
  volunteers: number;
  waitingFor: string;
  left: number | null;
}

interface Start {
  at: number;
  done: number;
}

/** Jobs whose progress is remembered; older ones are over. */
const KEPT = 100;

/** What the coordinator told of each job's progress, newest last. */
export class Progresses {
  readonly jobs: Signal<ReadonlyMap<string, JobProgress>> = signal(new Map());
  private readonly starts = new Map<string, Start>();

  constructor(private readonly now: () => number) {}

  /** Listens until the function that it gives back is called. */
  follow(line: DriverLine): () => void {
    return line.hear((message) => {
      if (message.type === "Progress") this.take(message);
    });
  }

  take(told: Omit<Progress, "type">): void {
    const start = this.startOf(told.job, told.done);
    const { job, done, total, running, volunteers, waiting_for: waitingFor = "" } = told;
    const left = estimate(start, { at: this.now(), done }, total);
    const jobs = new Map(this.jobs.value);
    jobs.delete(job);
    jobs.set(job, { done, total, running, volunteers, waitingFor, left });
    for (const old of [...jobs.keys()].slice(0, -KEPT)) {
      jobs.delete(old);
      this.starts.delete(old);
    }
    this.jobs.value = jobs;
  }

  /** The first word of a job, or the newest after which it lost what was done. */
  private startOf(job: string, done: number): Start {
    const known = this.starts.get(job);
    if (known && (this.jobs.value.get(job)?.done ?? 0) <= done) return known;
    const start = { at: this.now(), done };
    this.starts.set(job, start);
    return start;
  }
}

/** At the pace since `start`, how long the rest takes; null before anything was done at all. */
function estimate(start: Start, here: Start, total: number): number | null {
  const done = here.done - start.done;
  const left = total - here.done;
  if (left <= 0) return 0;
  return done > 0 ? (left * (here.at - start.at)) / done : null;
}
