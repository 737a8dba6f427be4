import { signal } from "@preact/signals";
import type {
  CellEvent,
  CellSource,
  Completion,
  DroppedFile,
  Kernel,
  KernelState,
  LoggedCell,
  Outcome,
} from "../src/console/kernel.ts";

/** A kernel for tests: a cell runs as long as the test wants, and says what the test wants. */
export class FakeKernel implements Kernel {
  readonly state = signal<KernelState>({ is: "idle" });
  readonly waitingFor = signal<readonly string[]>([]);
  readonly files = signal<readonly DroppedFile[]>([]);
  readonly asked: CellSource[] = [];
  log: readonly LoggedCell[] = [];
  completions: Completion[] = [];
  stops = 0;
  restarts = 0;
  /** Whether a cell computes as soon as it is asked for; else the test says what comes before. */
  atOnce = true;
  private running: { events(event: CellEvent): void; end(outcome: Outcome): void } | null = null;

  remember(log: readonly LoggedCell[]): void {
    this.log = log;
  }

  run(cell: CellSource, events: (event: CellEvent) => void): Promise<Outcome> {
    this.asked.push(cell);
    this.state.value = this.atOnce ? { is: "computing", cell: cell.id } : { is: "starting" };
    return new Promise((end) => {
      this.running = { events, end };
    });
  }

  /** The running cell does this. */
  tell(...events: CellEvent[]): void {
    for (const event of events) this.running?.events(event);
  }

  /** The running cell ends so. */
  async end(outcome: Outcome): Promise<void> {
    this.state.value = { is: "idle" };
    this.running?.end(outcome);
    this.running = null;
    await new Promise((resolve) => setTimeout(resolve));
  }

  stop(): void {
    this.stops += 1;
  }

  restart(): void {
    this.restarts += 1;
  }

  complete(): Promise<Completion[]> {
    return Promise.resolve(this.completions);
  }

  addFiles(files: readonly File[]): void {
    this.files.value = [...this.files.value, ...files.map(({ name, size }) => ({ name, size }))];
  }

  removeFile(name: string): void {
    this.files.value = this.files.value.filter((file) => file.name !== name);
  }
}
