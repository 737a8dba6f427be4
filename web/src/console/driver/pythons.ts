import { type ReadonlySignal, signal } from "@preact/signals";
import type { WorkerLine } from "../../sandbox/sandbox.ts";
import { readFromDriver } from "../../wire/check.ts";
import type { FromDriver } from "../../wire/messages.ts";
import type { KernelState } from "../kernel.ts";
import type { ControlLine } from "./control_line.ts";
import type { DriverBlocks } from "./driver_blocks.ts";
import { ConsolePython, type PythonEvents } from "./python.ts";

/** Opens the sealed frame where it is not open yet, and gives what starts a Worker in it. */
export type OpenFrame = () => Promise<(died: (reason: string) => void) => WorkerLine>;

/** What the Pythons use of the control line. */
export type PythonLine = Pick<ControlLine, "current" | "news" | "say" | "sayPacked">;

/** Numbers that one Python may give to its nodes and requests; the next one begins behind them. */
export const NUMBERS = 2 ** 20;

/** What a driver's program says. All else is the page's to say: a cell should not close the notebook, say. */
const SAID_BY_PYTHON: readonly FromDriver["type"][] = [
  "Submit",
  "Watch",
  "CancelJob",
  "Fetched",
  "ResultMissing",
  "Release",
  "Unpersist",
  "ListJobs",
];

/**
 * The Pythons of this page: one at a time, started when it is wanted, and each a *life* in which variables live.
 *
 * A Python belongs to one session: it is opened with that session's Welcome, and ends with it.
 */
export class Pythons {
  /** off, starting, idle (a Python is there, whatever it does) or broken. */
  readonly state: ReadonlySignal<KernelState>;
  private readonly now = signal<KernelState>({ is: "off" });
  private latest: ConsolePython | null = null;
  private lives = 0;
  private opening = false;
  private files: File[] = [];
  private waiting: (() => void)[] = [];

  constructor(
    private readonly line: PythonLine,
    private readonly blocks: DriverBlocks,
    private readonly openFrame: OpenFrame,
  ) {
    this.state = this.now;
  }

  /** The one that is ready, if one is. */
  get python(): ConsolePython | null {
    return this.latest?.isReady ? this.latest : null;
  }

  /** The number of the latest Python, from 1. */
  get life(): number {
    return this.lives;
  }

  /** Starts a Python where there is none, as soon as there is a session. */
  warm(): void {
    if (this.latest || this.opening || !this.line.current) return;
    this.opening = true;
    this.now.value = { is: "starting" };
    void this.start();
  }

  /** Waits until a Python is there, or nobody wants it any more, or one more try to start it failed. */
  async ready(stopped: () => boolean): Promise<"ready" | "stopped" | { broken: string }> {
    for (let state: KernelState = { is: "off" }; ; state = this.now.value) {
      if (stopped()) return "stopped";
      if (this.python) return "ready";
      if (state.is === "broken") return { broken: state.reason };
      this.warm();
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  /** Something changed that somebody may wait for: the session, a Python, a person's mind. */
  changed(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }

  /** Ends the Python that is there, whatever it does. */
  end(): void {
    const { latest } = this;
    this.latest = null;
    if (latest) this.blocks.endLife();
    latest?.end();
    if (!this.opening) this.now.value = { is: "off" };
    this.changed();
  }

  /** A job that a Python had asked for is wanted no more. */
  cancel(job: string): void {
    this.line.say({ type: "CancelJob", job });
  }

  /** The session that broke was taken up again. */
  again(): void {
    this.python?.tell({ do: "again" });
  }

  /** Something that the coordinator says to Python. */
  hear(message: Uint8Array): void {
    this.python?.tell({ do: "message", message });
  }

  /** The files that Python may read, all of them. */
  share(files: File[]): void {
    this.files = files;
    this.python?.tell({ do: "files", files });
  }

  private async start(): Promise<void> {
    try {
      const startWorker = await this.openFrame();
      this.opening = false;
      if (!this.line.current) this.now.value = { is: "off" };
      else this.latest = this.begin(startWorker);
    } catch (error) {
      this.opening = false;
      this.now.value = { is: "broken", reason: error instanceof Error ? error.message : String(error) };
    }
    this.changed();
  }

  private begin(startWorker: (died: (reason: string) => void) => WorkerLine): ConsolePython {
    this.lives += 1;
    const events: PythonEvents = {
      ready: () => this.open(python),
      wants: (order) => this.serve(python, order),
      died: (reason) => this.died(python, reason),
    };
    const python: ConsolePython = new ConsolePython(startWorker, events);
    return python;
  }

  /** Its interpreter runs: tell it whose driver it is. */
  private open(python: ConsolePython): void {
    const { current, news } = this.line;
    if (!current) return this.end();
    const firstNode = current.firstFree + (this.lives - 1) * NUMBERS;
    python.tell({ do: "open", welcome: current.welcome, firstNode });
    if (news) python.tell({ do: "message", message: news });
    if (this.files.length > 0) python.tell({ do: "files", files: this.files });
    this.now.value = { is: "idle" };
    this.changed();
  }

  private died(python: ConsolePython, reason: string): void {
    if (python !== this.latest) return;
    this.latest = null;
    this.blocks.endLife();
    const starting = this.now.value.is === "starting";
    this.now.value = starting ? { is: "broken", reason } : { is: "off" };
    this.changed();
  }

  private serve(python: ConsolePython, order: Parameters<PythonEvents["wants"]>[0]): void {
    switch (order.is) {
      case "say":
        return this.say(python, order.message as Uint8Array<ArrayBuffer>);
      case "fetch":
        return void this.fetch(python, order.id, order.holder, order.orders);
      case "provide":
        if (order.block[0] !== this.line.current?.application) return;
        if (!this.blocks.provide(order.block, order.data, order.hashes))
          console.error(`no room for block ${order.block.join("/")}, neither in memory nor on disk`);
        return;
      case "release":
        return this.blocks.release(order.nodes);
    }
  }

  private say(python: ConsolePython, bytes: Uint8Array<ArrayBuffer>): void {
    try {
      // What the coordinator cannot read it would end the session over, each time that it is said again.
      const { type } = readFromDriver(bytes);
      if ((SAID_BY_PYTHON as readonly string[]).includes(type)) this.line.sayPacked(bytes);
      else console.warn(`Python wanted to say ${type}, which is not its to say`);
    } catch (error) {
      python.end(`it said what no driver says: ${error instanceof Error ? error.message : error}`);
      this.died(python, "it said what no driver says");
    }
  }

  private async fetch(
    python: ConsolePython,
    id: number,
    holder: string,
    orders: Parameters<DriverBlocks["fetch"]>[1],
  ): Promise<void> {
    const fetched = await this.blocks.fetch(holder, orders);
    python.tell(
      { do: "fetched", id, ...fetched },
      fetched.blocks.map(({ data }) => data.buffer as ArrayBuffer),
    );
  }
}
