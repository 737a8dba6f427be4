import type { FromWorker, ToWorker } from "../frame/protocol.ts";
import { blockKey } from "../peer/block_store.ts";
import type { WorkerLine } from "../sandbox/sandbox.ts";
import type { BlockId } from "../wire/messages.ts";
import { readFromWorker } from "./from_frame.ts";

/** Starts a Worker; a `Sandbox` does, and tests bring their own. */
export type StartWorker = (died: (reason: string) => void) => WorkerLine;

/** What the one who runs a task in a Worker hears of it. */
export interface TaskEvents {
  message(message: FromWorker): void;
  /** The Worker is gone, and the task with it. */
  died(reason: string): void;
}

/**
 * How long a task that nobody wants any more may go on, in ms. Most end within it: one that was moved to a free slot
 * elsewhere, say, just as it began here. A Python that is ended takes seconds to be replaced.
 */
export const GRACE = 1000;

/** One Python in a Worker. It belongs to the application whose task it ran first, and to no other ever. */
export class PythonWorker {
  state: "starting" | "idle" | "busy" | "ended" = "starting";
  application: string | null = null;
  /** Code blobs that it has. */
  readonly blobs = new Set<string>();
  /** Broadcasts that it has unpacked. */
  readonly broadcasts = new Map<string, BlockId>();
  private readonly dropped: BlockId[] = [];
  private task: TaskEvents | null = null;
  private grace: ReturnType<typeof setTimeout> | undefined;
  private readonly line: WorkerLine;

  constructor(
    start: StartWorker,
    private readonly pool: Workers,
  ) {
    this.line = start((reason) => this.died(reason));
    this.line.port.onmessage = ({ data }) => this.take(readFromWorker(data));
  }

  run(application: string, order: ToWorker, transfer: Transferable[], task: TaskEvents): void {
    this.application = application;
    this.state = "busy";
    this.task = task;
    this.line.port.postMessage(order, transfer);
  }

  /** A broadcast was dropped: the next task tells Python. */
  drop(block: BlockId): void {
    if (this.broadcasts.delete(blockKey(block))) this.dropped.push(block);
  }

  /** What Python has to forget. */
  stale(): BlockId[] {
    return this.dropped.splice(0);
  }

  /** The task is over; the Worker may have another of the same application. */
  free(): void {
    clearTimeout(this.grace);
    if (this.state === "busy") this.state = "idle";
    this.task = null;
  }

  /**
   * Nobody wants the task any more. Python cannot be interrupted, so it has a moment to come to the end by itself; what
   * it says then is not heard.
   */
  abandon(): void {
    if (this.state !== "busy") return;
    this.task = {
      message: ({ is }) => {
        if (is === "output") return;
        if (is === "dead") this.end();
        else this.free();
        this.pool.vacated();
      },
      died: () => this.pool.vacated(),
    };
    this.grace = setTimeout(() => {
      this.end();
      this.pool.vacated();
    }, GRACE);
  }

  /** Ends Python at once, whatever it does. */
  end(): void {
    clearTimeout(this.grace);
    if (this.state === "ended") return;
    this.state = "ended";
    this.task = null;
    this.line.end();
  }

  private take(message: FromWorker | null): void {
    if (this.state === "ended") return;
    if (message === null) return this.died("it sent what no Worker of ours sends");
    if (message.is === "broken") return this.died(message.reason);
    if (message.is === "ready") {
      if (this.state === "starting") this.state = "idle";
      return this.pool.started();
    }
    this.task?.message(message);
  }

  private died(reason: string): void {
    if (this.state === "ended") return;
    const { task } = this;
    const starting = this.state === "starting";
    this.end();
    if (starting) this.pool.notStarted(reason);
    task?.died(reason);
  }
}

/** Python could not be started this often in a row: the device or the network will not have it. */
const START_TRIES = 3;

/** The Workers of this tab: at most `slots`, one warm before its first task. */
export class Workers {
  private limit = 1;
  private resting = 0;
  private all: PythonWorker[] = [];
  private failedStarts = 0;
  private closed = false;

  /**
   * @param available is called when a Worker becomes free for a task
   * @param cannotStart is called when Python would not start several times in a row
   */
  constructor(
    private readonly start: StartWorker,
    private readonly available: () => void,
    private readonly cannotStart: (reason: string) => void,
  ) {}

  get slots(): number {
    return this.limit;
  }

  /** How many compute now. */
  get busy(): number {
    return this.alive().filter(({ state }) => state === "busy").length;
  }

  /** So many of the slots start nothing now; what runs, runs on. */
  rest(slots: number): void {
    this.resting = slots;
  }

  /** Another number of slots: idle Workers past it end at once, busy ones are not replaced. */
  resize(slots: number): void {
    this.limit = slots;
    const alive = this.alive();
    const idle = alive.filter(({ state }) => state === "idle");
    for (const worker of idle.slice(0, Math.max(0, alive.length - slots))) worker.end();
  }

  /** Starts one Worker ahead of its first task, unless all rest. */
  warm(): void {
    if (!this.closed && this.resting < this.limit && this.alive().length === 0) this.add();
  }

  /**
   * A Worker that can run a task of this application now, or null; then one may be starting, and `available` says when
   * it is there. An idle Worker of another application makes room.
   */
  take(application: string): PythonWorker | null {
    if (this.closed) return null;
    const alive = this.alive();
    if (this.busy >= this.limit - this.resting) return null;
    const fits = ({ application: of }: PythonWorker) => of === application || of === null;
    const idle = alive.filter(({ state }) => state === "idle");
    const found = idle.find(({ application: of }) => of === application) ?? idle.find(fits);
    if (found) return found;
    if (alive.some(({ state }) => state === "starting")) return null;
    if (alive.length >= this.limit) {
      const other = idle[0];
      if (!other) return null;
      other.end();
    }
    this.add();
    return null;
  }

  /** Ends the Workers of an application that is over, whatever they do. */
  endApplication(application: string): void {
    for (const worker of this.alive()) if (worker.application === application) worker.end();
  }

  /** Blocks that nobody needs any more, broadcasts perhaps. */
  dropped(blocks: readonly BlockId[]): void {
    for (const worker of this.alive()) for (const block of blocks) worker.drop(block);
  }

  /** Ends all of them, for good: no other will start. */
  close(): void {
    this.closed = true;
    for (const worker of this.alive()) worker.end();
  }

  /** A Worker says that its Python runs. */
  started(): void {
    this.failedStarts = 0;
    this.available();
  }

  /** A Worker is done with a task that nobody wanted any more, or ended over it. */
  vacated(): void {
    if (this.closed) return;
    this.warm();
    this.available();
  }

  /** A Worker ended before its Python ran. */
  notStarted(reason: string): void {
    this.failedStarts += 1;
    if (this.failedStarts < START_TRIES) this.warm();
    else this.cannotStart(reason);
  }

  private add(): void {
    this.all.push(new PythonWorker(this.start, this));
  }

  private alive(): PythonWorker[] {
    this.all = this.all.filter(({ state }) => state !== "ended");
    return this.all;
  }
}
