import type { FromConsole, ToConsole, RecordedAction as ToldAction } from "../../frame/console_protocol.ts";
import type { WorkerLine } from "../../sandbox/sandbox.ts";
import type { CellEvent, CellSource, Completion, Outcome, RecordedAction } from "../kernel.ts";
import type { Recorded } from "./cell_log.ts";
import { readFromConsole } from "./from_console.ts";

/** What a Python's Worker tells the page besides what its cells do. */
export interface PythonEvents {
  ready(): void;
  /** What the page has to do for it: say, fetch, provide, release. */
  wants(order: Extract<FromConsole, { is: "say" | "fetch" | "provide" | "release" }>): void;
  /** It is gone, and not because the page ended it. */
  died(reason: string): void;
}

/** What a cell that runs does. */
export interface RunEvents {
  event(event: CellEvent): void;
  action(k: number, action: RecordedAction, recalled: boolean): void;
  /** For these jobs, or for something else; null: it computes. */
  waits(jobs: readonly string[] | null): void;
}

/** How a run ended: by itself, or with its Python. */
export type RunEnd = { outcome: Outcome; parallelism: number } | { lost: string };

/** How long a Worker has to hear of an interrupt, in ms: one that waits hears at once, one that computes never. */
export const HEARS_WITHIN = 1_000;

interface Run {
  cell: string;
  events: RunEvents;
  settle(end: RunEnd): void;
}

/** One Python of the console's, in a Worker of its own, from its start to its end. It runs one cell at a time. */
export class ConsolePython {
  isReady = false;
  private ended = false;
  private run_: Run | null = null;
  private readonly line: WorkerLine;
  private readonly completing = new Map<number, (found: Completion[]) => void>();
  private questions = 0;
  private hearing: ReturnType<typeof setTimeout> | undefined;

  constructor(
    start: (died: (reason: string) => void) => WorkerLine,
    private readonly events: PythonEvents,
  ) {
    this.line = start((reason) => this.died(reason));
    this.line.port.onmessage = ({ data }) => this.take(readFromConsole(data));
  }

  get isRunning(): boolean {
    return this.run_ !== null;
  }

  tell(order: Exclude<ToConsole, { do: "run" | "interrupt" | "complete" }>, transfer: Transferable[] = []): void {
    if (!this.ended) this.line.port.postMessage(order, transfer);
  }

  /** Runs a cell; what is recorded may answer it. */
  run({ id: cell, source }: CellSource, { actions, parallelism }: Recorded, events: RunEvents): Promise<RunEnd> {
    const { promise, resolve } = Promise.withResolvers<RunEnd>();
    if (this.ended) return Promise.resolve({ lost: "" });
    this.run_ = { cell, events, settle: resolve };
    const told = actions.map(({ plan, job }): ToldAction => ({ hash: plan, job }));
    this.post({ do: "run", cell, name: `cell ${cell}`, source, actions: told, parallelism });
    return promise;
  }

  /** Interrupts the running cell; where Python does not hear of it soon, `deaf` is called: only its end helps. */
  interrupt(deaf: () => void): void {
    this.post({ do: "interrupt" });
    this.hearing ??= setTimeout(deaf, HEARS_WITHIN);
  }

  /** Nothing while a cell runs: a completion would have to wait for it. */
  complete(source: string, cursor: number): Promise<Completion[]> {
    if (this.ended || !this.isReady || this.run_) return Promise.resolve([]);
    const { promise, resolve } = Promise.withResolvers<Completion[]>();
    const id = this.questions++;
    this.completing.set(id, resolve);
    this.post({ do: "complete", id, source, cursor });
    return promise;
  }

  /** Ends it at once, whatever it does. */
  end(why = ""): void {
    if (this.ended) return;
    this.ended = true;
    this.isReady = false;
    this.line.end();
    this.settle({ lost: why });
    for (const resolve of this.completing.values()) resolve([]);
    this.completing.clear();
  }

  private post(order: ToConsole): void {
    this.line.port.postMessage(order);
  }

  private died(reason: string): void {
    if (this.ended) return;
    this.end(reason);
    this.events.died(reason);
  }

  private settle(end: RunEnd): void {
    clearTimeout(this.hearing);
    this.hearing = undefined;
    const run = this.run_;
    this.run_ = null;
    run?.settle(end);
  }

  private take(message: FromConsole | null): void {
    if (this.ended) return;
    if (message === null) return this.died("it sent what no Worker of ours sends");
    switch (message.is) {
      case "ready":
        this.isReady = true;
        return this.events.ready();
      case "broken":
      case "dead":
        return this.died(message.reason);
      case "interrupting":
        clearTimeout(this.hearing);
        return;
      case "completions":
        this.completing.get(message.id)?.(message.completions);
        this.completing.delete(message.id);
        return;
      case "say":
      case "fetch":
      case "provide":
      case "release":
        return this.events.wants(message);
      default:
        if (message.cell === this.run_?.cell) this.takeOf(this.run_, message);
    }
  }

  /** Something of the running cell's; of one that is over nothing is heard any more. */
  private takeOf({ events }: Run, message: Extract<FromConsole, { cell: string }>): void {
    if (message.is === "event") events.event(message.event);
    else if (message.is === "action") events.action(message.k, recordOf(message), message.recalled);
    else if (message.is === "waiting") events.waits(message.jobs);
    else if (message.is === "computing") events.waits(null);
    else this.settle({ outcome: message.outcome, parallelism: message.parallelism });
  }
}

function recordOf({ hash, job, parallelism }: Extract<FromConsole, { is: "action" }>): RecordedAction {
  return { plan: hash, job, ...(parallelism && { parallelism }) };
}
