import type { FromWorker, Piece } from "../frame/protocol.ts";
import { type BlockStore, blockKey } from "../peer/block_store.ts";
import { FetchError } from "../peer/fetching.ts";
import {
  type Assign,
  type Code,
  type Failed,
  type FromVolunteer,
  OUTPUT_LIMIT,
  type Source,
  type ToVolunteer,
} from "../wire/messages.ts";
import { type Attempt, attemptKey, failure, readFailed, readFinished, weigh } from "./attempt.ts";
import { type Fetch, gather } from "./inputs.ts";
import { MapOutputTables } from "./map_outputs.ts";
import { UrlError } from "./urls.ts";
import type { PythonWorker, Workers } from "./workers.ts";

/** What the task queue needs of the page around it. */
export interface TaskSurroundings {
  store: BlockStore;
  workers: Workers;
  fetch: Fetch;
  send(message: FromVolunteer): void;
  /** Some attempt began, ended, or moved on. */
  changed(): void;
  /** A Worker spent so many ms on it, whatever came of it. */
  ran(attempt: Attempt, ms: number): void;
  done(attempt: Attempt): void;
}

/**
 * The tasks of this volunteer: gathers the inputs of each, runs it in a Worker of its application, keeps what it wrote
 * and reports. All of it happens on messages and none on a timer, so a hidden tab is as fast as a shown one; the one
 * timer is a task's time limit.
 */
export class Tasks {
  private readonly attempts = new Map<string, Attempt>();
  private readonly code = new Map<string, Map<string, Uint8Array>>();
  private readonly tables = new MapOutputTables();

  constructor(private readonly around: TaskSurroundings) {}

  get all(): readonly Attempt[] {
    return [...this.attempts.values()];
  }

  /** Takes a message from the coordinator that is about tasks, blocks or code. `bytes` is the message as it came. */
  take(message: ToVolunteer, bytes: Uint8Array): void {
    switch (message.type) {
      case "Assign":
        return this.assign(message, bytes);
      case "CancelTask":
        return this.abandon(this.attempts.get(attemptKey(message.task, message.attempt)));
      case "Code":
        return this.keepCode(message);
      case "MapOutputs":
        return this.tables.update(message);
      case "DropBlocks":
        for (const block of message.blocks) this.around.store.drop(block);
        this.around.workers.dropped(message.blocks);
        return this.around.changed();
      case "EndApplication":
        return this.endApplication(message.application);
    }
  }

  /** Runs what can run now; called when a Worker becomes free and when inputs are complete. */
  dispatch(): void {
    for (const attempt of this.attempts.values()) if (attempt.state === "ready") this.run(attempt);
    this.around.changed();
  }

  /** Ends everything, and forgets what came from a session that is over. */
  reset(): void {
    for (const attempt of [...this.attempts.values()]) this.cancel(attempt);
    this.code.clear();
    this.tables.drop();
  }

  private assign(assign: Assign, bytes: Uint8Array): void {
    const key = attemptKey(assign.spec.task, assign.spec.attempt);
    if (this.attempts.has(key)) return;
    const { inputs, cancel } = gather(assign, this.tables, this.around.store, this.around.fetch);
    const attempt: Attempt = {
      assign,
      bytes,
      state: "fetching",
      inputs: null,
      cancelFetch: cancel,
      worker: null,
      timer: undefined,
      pieces: [],
      came: performance.now(),
      complete: 0,
      began: 0,
      printed: 0,
    };
    this.attempts.set(key, attempt);
    inputs.then(
      (complete) => {
        if (attempt.state !== "fetching") return;
        attempt.inputs = complete;
        attempt.complete = performance.now();
        attempt.state = "ready";
        this.dispatch();
      },
      (error: unknown) => {
        if (attempt.state === "fetching") this.notFetched(attempt, error);
      },
    );
    this.around.changed();
  }

  private notFetched(attempt: Attempt, error: unknown): void {
    if (error instanceof UrlError) return this.end(attempt, failure(attempt, error.kind, error.message, error.block));
    if (!(error instanceof FetchError)) throw error;
    const { task, attempt: number } = attempt.assign.spec;
    const { block, holder, message: reason, corrupt } = error;
    this.end(attempt, { type: "FetchFailed", task, attempt: number, block, holder, reason, corrupt });
  }

  private run(attempt: Attempt): void {
    const { application, task, attempt: number } = attempt.assign.spec;
    const worker = this.around.workers.take(application);
    if (!worker || !attempt.inputs) return;
    const inputs = forWorker(worker, attempt.assign.spec.sources, attempt.inputs);
    const blobs = this.code.get(application);
    const code = attempt.assign.code.flatMap((hash): [string, Uint8Array][] => {
      const blob = blobs?.get(hash);
      return blob && !worker.blobs.has(hash) ? [[hash, blob]] : [];
    });
    for (const [hash] of code) worker.blobs.add(hash);
    attempt.state = "running";
    attempt.worker = worker;
    attempt.began = performance.now();
    attempt.pieces = inputs.flat().map(({ block, holder }) => ({ block, holder }));
    const seconds = (attempt.complete - attempt.came) / 1000;
    const weight = weigh(attempt.assign.spec.sources, attempt.inputs);
    this.around.send({ type: "Started", task, attempt: number, ...weight, seconds });
    const transfer = inputs.flat().map(({ data }) => data.buffer as ArrayBuffer);
    worker.run(application, { do: "run", assign: attempt.bytes, code, inputs, forget: worker.stale() }, transfer, {
      message: (message) => this.hear(attempt, message),
      died: (reason) => this.fail(attempt, "worker_died", reason),
    });
    const limit = attempt.assign.time_limit ?? 0;
    if (limit > 0)
      attempt.timer = setTimeout(
        () => this.fail(attempt, "timeout", `it ran longer than the ${limit} s that a task may take`),
        limit * 1000,
      );
  }

  private hear(attempt: Attempt, message: FromWorker): void {
    try {
      switch (message.is) {
        case "output":
          return this.pass(attempt, message);
        case "finished":
          return this.finish(attempt, message);
        case "failed":
          return this.failed(attempt, readFailed(message.message, attempt));
        case "corrupt":
          return this.corrupt(attempt, message.block, message.reason);
        case "dead":
          return this.fail(attempt, message.memory ? "out_of_memory" : "worker_died", message.reason);
      }
    } catch (error) {
      this.fail(attempt, "worker_died", error instanceof Error ? error.message : String(error));
    }
  }

  /** Passes on what a task printed, up to the limit; Python counts what it drops, the page holds it to that. */
  private pass(attempt: Attempt, message: Extract<FromWorker, { is: "output" }>): void {
    const { task, attempt: number } = attempt.assign.spec;
    const { stream, partition, dropped } = message;
    const text = message.text.slice(0, Math.max(0, OUTPUT_LIMIT - attempt.printed)).toWellFormed();
    attempt.printed += text.length;
    if (text || dropped) this.around.send({ type: "Output", task, attempt: number, stream, text, partition, dropped });
  }

  private finish(attempt: Attempt, message: Extract<FromWorker, { is: "finished" }>): void {
    const { finished, blocks } = readFinished(message, attempt);
    if (!this.around.store.put(blocks)) {
      const { bytes, budget } = this.around.store;
      const reason = `this tab holds ${bytes} bytes, should hold ${budget} and can write nothing to disk, so there is no room for what the task wrote`;
      return this.fail(attempt, "out_of_memory", reason);
    }
    for (const source of attempt.assign.spec.sources)
      if (source.type === "broadcast") attempt.worker?.broadcasts.set(blockKey(source.block), source.block);
    const seconds = (performance.now() - attempt.began) / 1000;
    this.end(attempt, { ...finished, seconds });
    this.around.done(attempt);
  }

  /** Python's own verdict on an attempt. What it took of memory its Worker never gives back, so one that ran out goes. */
  private failed(attempt: Attempt, failed: Failed): void {
    if (failed.failure.kind === "out_of_memory") attempt.worker?.end();
    this.end(attempt, failed);
  }

  private corrupt(attempt: Attempt, key: string, reason: string): void {
    const { task, attempt: number } = attempt.assign.spec;
    const piece = attempt.pieces.find(({ block }) => blockKey(block) === key);
    if (!piece) throw new Error("it found fault with a block that it was not given");
    this.end(attempt, { type: "FetchFailed", task, attempt: number, ...piece, reason, corrupt: true });
  }

  /** The page's own verdict on an attempt: its Worker is of no more use, and a new one starts. */
  private fail(attempt: Attempt, kind: Parameters<typeof failure>[1], reason: string): void {
    attempt.worker?.end();
    this.end(attempt, failure(attempt, kind, reason));
  }

  /** The coordinator does not want it any more; its Worker may be done with it in a moment. */
  private abandon(attempt: Attempt | undefined): void {
    if (!attempt) return;
    if (attempt.state === "running") attempt.worker?.abandon();
    attempt.worker = null;
    this.end(attempt, null);
  }

  private cancel(attempt: Attempt): void {
    // Python cannot be interrupted in the middle of a task, so its Worker goes.
    if (attempt.state === "running") attempt.worker?.end();
    this.end(attempt, null);
  }

  private end(attempt: Attempt, report: FromVolunteer | null): void {
    if (attempt.state === "ended") return;
    const { task, attempt: number } = attempt.assign.spec;
    const { state } = attempt;
    attempt.state = "ended";
    clearTimeout(attempt.timer);
    if (state === "fetching") attempt.cancelFetch();
    attempt.worker?.free();
    attempt.inputs = null;
    attempt.pieces = [];
    this.attempts.delete(attemptKey(task, number));
    if (report) this.around.send(report);
    if (state === "running") this.around.ran(attempt, performance.now() - attempt.began);
    this.around.workers.warm();
    this.dispatch();
  }

  private keepCode({ application, blobs }: Code): void {
    const kept = this.code.get(application) ?? new Map<string, Uint8Array>();
    for (const [hash, blob] of Object.entries(blobs)) kept.set(hash, blob);
    this.code.set(application, kept);
  }

  private endApplication(application: string): void {
    for (const attempt of [...this.attempts.values()])
      if (attempt.assign.spec.application === application) this.cancel(attempt);
    this.around.workers.endApplication(application);
    this.around.store.dropAll(application);
    this.code.delete(application);
    this.tables.drop(application);
    this.around.workers.warm();
    this.around.changed();
  }
}

/** A task's inputs for this Worker: without the broadcasts that it has, and with copies of those that stay in the store. */
function forWorker(worker: PythonWorker, sources: readonly Source[], inputs: Piece[][]): Piece[][] {
  return inputs.map((pieces, at) => {
    const source = sources[at];
    if (source?.type !== "broadcast") return pieces;
    if (worker.broadcasts.has(blockKey(source.block))) return [];
    return pieces.map((piece) => (piece.holder ? piece : { ...piece, data: piece.data.slice() }));
  });
}
