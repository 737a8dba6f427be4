import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { TaskOutput } from "../../wire/messages.ts";

/** Characters and pieces that are kept of a job's output, and jobs whose output is kept; the oldest go first. */
const KEPT = 64 * 1024;
const PIECES = 500;
const JOBS = 30;

export interface Printed {
  number: number;
  volunteer: string;
  partition: number;
  stream: string;
  text: string;
}

export interface JobOutput {
  printed: readonly Printed[];
  /** Whether earlier output was let go, here or on its way. */
  cut: boolean;
}

const NOTHING: ReadonlySignal<JobOutput> = signal({ printed: [], cut: false });

/** What tasks printed, by job. */
export class TaskOutputs {
  readonly #jobs = new Map<string, Signal<JobOutput>>();
  /** Grows when a job prints for the first time. */
  readonly #known = signal(0);
  #count = 0;

  add({ job, volunteer, partition, stream, text, dropped }: TaskOutput): void {
    const output = this.#of(job);
    this.#count += 1;
    const last = { number: this.#count, volunteer, partition, stream, text: text.slice(-KEPT) };
    const printed = [...output.peek().printed, last];
    let size = 0;
    let first = printed.length;
    while (first > 0 && size < KEPT && printed.length - first < PIECES) size += printed[--first]?.text.length ?? 0;
    const cut = output.peek().cut || first > 0 || text.length > KEPT || (dropped ?? 0) > 0;
    output.value = { printed: printed.slice(first), cut };
  }

  of(job: string): ReadonlySignal<JobOutput> {
    this.#known.value; // whoever asks before the job prints is told when it does
    return this.#jobs.get(job) ?? NOTHING;
  }

  #of(job: string): Signal<JobOutput> {
    let output = this.#jobs.get(job);
    if (!output) {
      output = signal<JobOutput>({ printed: [], cut: false });
      this.#jobs.set(job, output);
      const [oldest] = this.#jobs.keys();
      if (this.#jobs.size > JOBS && oldest !== undefined) this.#jobs.delete(oldest);
      this.#known.value = this.#known.peek() + 1;
    }
    return output;
  }
}
