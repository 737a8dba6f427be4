import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { FoldedAttempts, Observation } from "../../wire/messages.ts";
import { Rows } from "./rows.ts";
import * as shapes from "./shapes.ts";

/**
 * The one job that is looked at closely: its graph, its attempts by volunteer, its errors.
 *
 * Attempts are kept in lanes of their volunteers, and each volunteer's has a signal that counts its changes: a timeline
 * draws anew only the rows in which something happened.
 */
export class JobDetail {
  /** Whose this is; empty while none is looked at, or where the coordinator has forgotten it. */
  readonly job = signal("");
  readonly nodes = signal<readonly shapes.GraphNode[]>([]);
  readonly progress = new Rows<number, shapes.Progress>();
  readonly errors = new Rows<number, shapes.ErrorGroup>();
  /** By stage: attempts that are counted only. */
  readonly folded = signal<readonly FoldedAttempts[]>([]);
  /** By volunteer, a number that grows with every change to one of its attempts. */
  readonly changes = new Rows<string, number>();
  /** Grows with every change to any attempt. */
  readonly #attemptsChanged = signal(0);
  readonly #attempts = new Map<string, shapes.Attempt>();
  readonly #byVolunteer = new Map<string, Map<string, shapes.Attempt>>();

  get attemptsChanged(): ReadonlySignal<number> {
    return this.#attemptsChanged;
  }

  get size(): number {
    return this.#attempts.size;
  }

  /** All attempts, in the order in which they were first told. */
  attempts(): Iterable<shapes.Attempt> {
    return this.#attempts.values();
  }

  attemptsOf(volunteer: string): Iterable<shapes.Attempt> {
    return this.#byVolunteer.get(volunteer)?.values() ?? [];
  }

  attempt(task: number, number: number): shapes.Attempt | undefined {
    return this.#attempts.get(`${task}.${number}`);
  }

  clear(): void {
    this.nodes.value = [];
    this.folded.value = [];
    this.#attempts.clear();
    this.#byVolunteer.clear();
    for (const rows of [this.progress, this.errors, this.changes]) rows.clear();
    bump(this.#attemptsChanged);
  }

  apply(told: Observation): void {
    this.job.value = told.job ?? "";
    if (told.nodes?.length) this.nodes.value = [...this.nodes.peek(), ...told.nodes.map(shapes.graphNode)];
    for (const each of told.progress ?? []) this.progress.put(each[0], shapes.progress(each));
    for (const each of told.errors ?? []) this.errors.put(each.id, shapes.errorGroup(each));
    if (told.folded?.length) this.#fold(told.folded);
    this.#take(told);
  }

  settle(): void {
    for (const rows of [this.progress, this.errors, this.changes]) rows.settle();
  }

  #fold(told: readonly FoldedAttempts[]): void {
    const byStage = new Map(this.folded.peek().map((folded) => [folded[0], folded]));
    for (const folded of told) byStage.set(folded[0], folded);
    this.folded.value = [...byStage.values()];
  }

  #take({ attempts = [] }: Observation): void {
    if (attempts.length === 0) return;
    const touched = new Set<string>();
    for (const told of attempts) {
      const attempt = shapes.attempt(told);
      const key = `${attempt.task}.${attempt.attempt}`;
      this.#attempts.set(key, attempt);
      const row = this.#byVolunteer.get(attempt.volunteer) ?? new Map<string, shapes.Attempt>();
      this.#byVolunteer.set(attempt.volunteer, row.set(key, attempt));
      touched.add(attempt.volunteer);
    }
    for (const volunteer of touched) this.changes.put(volunteer, (this.changes.now(volunteer) ?? 0) + 1);
    bump(this.#attemptsChanged);
  }
}

function bump(count: Signal<number>): void {
  count.value = count.peek() + 1;
}
