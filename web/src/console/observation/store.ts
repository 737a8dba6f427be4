import { batch, signal } from "@preact/signals";
import type { Observation, ToDriver } from "../../wire/messages.ts";
import type { DriverLine } from "../kernel.ts";
import { Comings } from "./comings.ts";
import { atNextFrame } from "./frames.ts";
import { JobDetail } from "./job_detail.ts";
import { Rows } from "./rows.ts";
import * as shapes from "./shapes.ts";
import { TaskOutputs } from "./task_outputs.ts";

/**
 * The swarm as this page knows it: what the coordinator's `Observation`s add up to.
 *
 * The law: after any observations the store holds what one fresh observation of that moment would have brought. They
 * are put in at most once a frame, all that have come by then in one go, and only what changed wakes a view.
 *
 *     const store = new ObservationStore();
 *     const hangUp = store.listen(line);   // says Observe, and again after each new Welcome
 *     store.look("j3");                    // from now on this job in detail
 */
export class ObservationStore {
  readonly volunteers = new Rows<string, shapes.Volunteer>();
  readonly jobs = new Rows<string, shapes.Job>();
  /** Persisted RDDs by `application/node`. */
  readonly stores = new Rows<string, shapes.Stored>();
  readonly detail = new JobDetail();
  readonly comings = new Comings();
  readonly outputs = new TaskOutputs();
  /** The coordinator's clock in milliseconds, when it last said something. */
  readonly now = signal(0);
  /** Whether the first observation is here, whole. */
  readonly complete = signal(false);
  /** Grows with every batch that was put in: for sums over all rows, which follow no row of their own. */
  readonly version = signal(0);

  #line: DriverLine | null = null;
  #job = "";
  #waiting: Observation[] = [];
  #heardAt = 0;

  /** Observes over this line until the returned function is called. */
  listen(line: DriverLine): () => void {
    this.#line = line;
    const hangUp = line.hear((message) => this.hear(message));
    line.say({ type: "Observe", job: this.#job });
    return () => {
      hangUp();
      if (this.#line === line) this.#line = null;
    };
  }

  /** From now on this job in detail (empty: none). */
  look(job: string): void {
    if (job === this.#job) return;
    this.#job = job;
    batch(() => this.detail.clear());
    this.#line?.say({ type: "Observe", job });
  }

  hear(message: ToDriver): void {
    if (message.type === "TaskOutput") this.outputs.add(message);
    else if (message.type === "Welcome") this.#line?.say({ type: "Observe", job: this.#job });
    else if (message.type === "Observation") {
      this.#waiting.push(message);
      if (this.#waiting.length === 1) atNextFrame(() => this.flush());
    }
  }

  /** Puts in what waits for the next frame. */
  flush(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    if (waiting.length > 0) batch(() => this.apply(...waiting));
  }

  /** A job as it is now, to be followed; undefined while there is none of that id. */
  job(id: string): shapes.Job | undefined {
    this.jobs.ids.value;
    return this.jobs.row(id)?.value;
  }

  /** The coordinator's clock as it goes on, for durations that grow between two observations. */
  clock(): number {
    return this.now.peek() === 0 ? 0 : this.now.peek() + Math.max(0, performance.now() - this.#heardAt);
  }

  apply(...observations: Observation[]): void {
    for (const told of observations) this.#apply(told);
    for (const rows of [this.volunteers, this.jobs, this.stores]) rows.settle();
    this.detail.settle();
    this.version.value = this.version.peek() + 1;
  }

  #apply(told: Observation): void {
    if (told.fresh) this.#begin();
    this.now.value = told.now;
    this.#heardAt = performance.now();
    for (const each of told.volunteers ?? []) this.#meet(shapes.volunteer(each), told.now);
    for (const id of told.gone ?? []) this.#part(id, told.now);
    for (const each of told.jobs ?? []) this.jobs.put(each.id, shapes.job(each));
    for (const id of told.forgotten ?? []) this.jobs.drop(id);
    for (const each of told.stores ?? []) this.stores.put(`${each.application}/${each.node}`, shapes.stored(each));
    for (const [application, node] of told.dropped ?? []) this.stores.drop(`${application}/${node}`);
    // What was on its way when another job was asked for is not that job's.
    if ((told.job ?? "") === this.#job || !told.job) this.detail.apply(told);
    if (!told.more) this.#end(told.now);
  }

  /** A fresh observation begins; it may come in several. What it does not tell again is no more. */
  #begin(): void {
    for (const rows of [this.volunteers, this.jobs, this.stores]) rows.begin();
    this.detail.clear();
  }

  #end(now: number): void {
    for (const id of this.volunteers.sweep()) this.comings.noteGone(id, now);
    this.jobs.sweep();
    this.stores.sweep();
    this.complete.value = true;
  }

  #meet(who: shapes.Volunteer, now: number): void {
    if (this.complete.peek() && this.volunteers.now(who.id) === undefined) this.comings.noteCame(who, now);
    this.comings.remember(who);
    this.volunteers.put(who.id, who);
  }

  #part(id: string, now: number): void {
    if (this.volunteers.now(id) === undefined) return;
    this.volunteers.drop(id);
    this.comings.noteGone(id, now);
  }
}
