import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { kernelText as text } from "../../strings/kernel.ts";
import type {
  CellEvent,
  CellSource,
  Completion,
  DroppedFile,
  Kernel,
  KernelState,
  LoggedCell,
  Outcome,
} from "../kernel.ts";
import { CellLog, type Recorded } from "./cell_log.ts";
import type { LineState } from "./control_line.ts";
import { DroppedFiles } from "./dropped_files.ts";
import type { RunEnd, RunEvents } from "./python.ts";
import type { Pythons } from "./pythons.ts";

/** A cell that somebody asked for, from then to its outcome. */
interface Asked {
  cell: CellSource;
  events(event: CellEvent): void;
  settle(outcome: Outcome): void;
  stopped: boolean;
  /** Jobs that it asked for, or waits for again. */
  jobs: string[];
}

/** Where the running cell is at. */
type Doing = { is: "computing"; cell: string } | { is: "waiting"; cell: string; jobs: readonly string[] } | null;

/**
 * Runs the notebook's cells, one after the other, in a Python that may be lost at any time.
 *
 * The law: a cell runs where the variables of those before it are. So a run waits until a Python is there, replays what
 * that one has not run yet, and begins again where the Python is lost to a new session; a person's Stop ends all this
 * at every step.
 */
export class ConsoleKernel implements Kernel {
  readonly state: ReadonlySignal<KernelState>;
  readonly waitingFor: ReadonlySignal<readonly string[]>;
  readonly files: ReadonlySignal<readonly DroppedFile[]>;
  private readonly doing = signal<Doing>(null);
  private readonly dropped = new DroppedFiles();
  private readonly log = new CellLog();
  private queue: Asked[] = [];
  private current: Asked | null = null;

  constructor(
    private readonly line: ReadonlySignal<LineState>,
    private readonly pythons: Pythons,
  ) {
    this.state = computed(() => stateOf(line.value, pythons.state.value, this.doing.value));
    this.waitingFor = computed(() => (this.doing.value?.is === "waiting" ? this.doing.value.jobs : []));
    this.files = this.dropped.shown;
  }

  remember(log: readonly LoggedCell[]): void {
    this.log.remember(log);
  }

  run(cell: CellSource, events: (event: CellEvent) => void): Promise<Outcome> {
    const { promise: outcome, resolve: settle } = Promise.withResolvers<Outcome>();
    // Nobody would ever run it: what was said of the line says why.
    const { is } = this.line.value;
    if (is === "taken-over" || is === "refused") return Promise.resolve("stopped");
    this.queue.push({ cell, events, settle, stopped: false, jobs: [] });
    void this.goOn();
    return outcome;
  }

  stop(): void {
    this.emptyQueue();
    const { current, pythons } = this;
    if (!current) return;
    const again = current.stopped;
    current.stopped = true;
    if (!pythons.python?.isRunning) pythons.changed();
    else if (again) this.kill();
    else pythons.python.interrupt(() => this.kill());
  }

  restart(): void {
    this.halt();
    this.log.forget();
    this.pythons.warm();
  }

  /** Stops all that runs here; nothing starts by itself. */
  halt(): void {
    this.emptyQueue();
    if (this.current) this.current.stopped = true;
    this.pythons.end();
  }

  complete(source: string, cursor: number): Promise<Completion[]> {
    return this.pythons.python?.complete(source, cursor) ?? Promise.resolve([]);
  }

  addFiles(files: readonly File[]): void {
    this.dropped.add(files);
    this.pythons.share(this.dropped.all);
  }

  removeFile(name: string): void {
    this.dropped.remove(name);
    this.pythons.share(this.dropped.all);
  }

  private async goOn(): Promise<void> {
    if (this.current) return;
    const asked = this.queue.shift();
    if (!asked) return;
    this.current = asked;
    const outcome = await this.perform(asked);
    this.current = null;
    this.doing.value = null;
    asked.settle(outcome);
    void this.goOn();
  }

  private async perform(asked: Asked): Promise<Outcome> {
    for (;;) {
      const ready = await this.pythons.ready(() => asked.stopped);
      if (ready === "stopped") return "stopped";
      if (ready !== "ready") return fail(asked, "PythonNotStarted", text.cannotStart(ready.broken));
      const outcome = (await this.replay(asked)) ?? (await this.runNow(asked));
      if (outcome !== "lost") return outcome;
    }
  }

  /** Runs what this Python has not run yet, oldest first. null: the variables are there. */
  private async replay(asked: Asked): Promise<Outcome | "lost" | null> {
    const { log, pythons } = this;
    const life = pythons.life;
    for (let cell = log.next(life, asked.cell); cell; cell = log.next(life, asked.cell)) {
      const { id, actions } = cell;
      asked.events({ is: "replaying", cell: id, recalled: false });
      let recalled = actions.length > 0;
      let failure = "";
      const end = await this.runInPython(cell, cell, {
        event: (event) => {
          if (event.is === "error") failure = `${event.error.type}: ${event.error.message}`;
        },
        action: (k, action, was) => {
          recalled &&= was;
          log.record(id, k, action);
          if (!was) asked.events({ is: "action", k, action, cell: id });
        },
      });
      if ("lost" in end) return this.lost(asked, id, end.lost);
      log.replayed(cell, life);
      if (end.outcome === "stopped") log.drop(id);
      if (end.outcome === "stopped" || asked.stopped) return "stopped";
      asked.events({ is: "replaying", cell: id, recalled });
      if (failure) asked.events({ is: "stream", name: "stderr", text: text.replayFailed(id, failure) });
    }
    return asked.stopped ? "stopped" : null;
  }

  private async runNow(asked: Asked): Promise<Outcome | "lost"> {
    const { cell, events } = asked;
    const recorded = this.log.begin(cell, this.pythons.life);
    const end = await this.runInPython(cell, recorded, {
      event: events,
      action: (k, action) => {
        this.log.record(cell.id, k, action);
        asked.jobs.push(action.job);
        events({ is: "action", k, action });
      },
    });
    if ("lost" in end) return this.lost(asked, cell.id, end.lost);
    this.log.ended(cell.id, end.parallelism);
    if (end.outcome === "stopped") this.log.drop(cell.id);
    return end.outcome;
  }

  private runInPython(cell: CellSource, recorded: Recorded, events: Omit<RunEvents, "waits">): Promise<RunEnd> {
    const { python } = this.pythons;
    if (!python) return Promise.resolve({ lost: "" });
    this.doing.value = { is: "computing", cell: cell.id };
    return python.run(cell, recorded, {
      ...events,
      waits: (jobs) => {
        this.doing.value = jobs ? { is: "waiting", cell: cell.id, jobs } : { is: "computing", cell: cell.id };
      },
    });
  }

  /** The Python is gone in the middle of a cell; an empty `reason`: the page itself ended it. */
  private lost(asked: Asked, cell: string, reason: string): Outcome | "lost" {
    this.doing.value = null;
    if (!asked.stopped && !reason) return "lost";
    this.log.ended(cell);
    this.log.drop(cell);
    return asked.stopped ? "stopped" : fail(asked, "PythonDied", text.died(reason));
  }

  /** Python does not hear, so its end is the only stop; it cannot take back its jobs either. The next one starts at once. */
  private kill(): void {
    for (const job of this.current?.jobs ?? []) this.pythons.cancel(job);
    this.pythons.end();
    this.pythons.warm();
  }

  private emptyQueue(): void {
    for (const { settle } of this.queue.splice(0)) settle("stopped");
  }
}

function fail({ events }: Asked, type: string, message: string): Outcome {
  events({ is: "error", error: { type, message, traceback: "" } });
  return "failed";
}

function stateOf(line: LineState, python: KernelState, doing: Doing): KernelState {
  if (line.is === "taken-over" || line.is === "gone") return { is: line.is };
  if (line.is === "refused") return { is: "broken", reason: line.reason };
  if (doing && python.is === "idle") return { is: doing.is, cell: doing.cell };
  return python;
}
