import { effect } from "@preact/signals";
import { type Choices, choices } from "./choices.ts";
import { type Clock, Duty, realClock } from "./duty.ts";
import { pausedBy } from "./pausing.ts";

/** Whom the governor governs. */
export interface Governed {
  /** There may be so many Workers, of which so many start nothing now. */
  allow(workers: number, resting: number): void;
  /** The coordinator may send tasks for so many slots. Called when the number is another one. */
  offer(slots: number): void;
}

/** All cores of the device, as far as the browser tells. */
export const mostCores = () => navigator.hardwareConcurrency || 1;

/** How many Workers the person allows: as they said, else all cores but one, so that the device stays their own. */
export function allowedCores({ cores }: Pick<Choices, "cores">): number {
  return cores > 0 ? Math.min(cores, mostCores()) : Math.max(1, mostCores() - 1);
}

/**
 * How much this tab computes: the person's word, the rules and the load, brought to two numbers.
 *
 *     Workers   as many as tasks queued up for so far, at most as many as the person allows
 *     slots     what the coordinator is told: none before Python runs and while the tab is paused; else the Workers
 *               without those that rest for long
 *
 * While paused, what runs goes on to its end and nothing new begins; what waits here goes back to the coordinator by
 * itself, for there are no slots for it.
 */
export class Governor {
  readonly duty: Duty;
  private wanted = 1;
  private offered = 0;
  private pythonRuns = false;
  private ended = false;
  private readonly unfollow: () => void;

  constructor(
    private readonly governed: Governed,
    clock: Clock = realClock,
  ) {
    this.duty = new Duty(() => this.apply(), clock);
    this.unfollow = effect(() => {
      this.duty.load = choices.value.load;
      void pausedBy.value;
      this.apply();
    });
  }

  /** Slots that the coordinator knows of. */
  get slots(): number {
    return this.offered;
  }

  get paused(): boolean {
    return pausedBy.peek().length > 0;
  }

  /** Whether Python was there already. */
  get isReady(): boolean {
    return this.pythonRuns;
  }

  /** Python is there, so tasks may come. */
  ready(): void {
    this.pythonRuns = true;
    this.apply();
  }

  /** A Worker has computed for so many ms. */
  ran(ms: number): void {
    if (!this.ended) this.duty.ran(ms);
  }

  /** So many tasks are here: one more Worker where they queue up. */
  queued(tasks: number): void {
    if (tasks <= this.wanted || this.wanted >= this.most) return;
    this.wanted += 1;
    this.apply();
  }

  /** Nothing runs any more, and nothing will. */
  end(): void {
    this.ended = true;
    this.unfollow();
    this.duty.reset();
    this.offered = 0;
  }

  private get most(): number {
    return allowedCores(choices.peek());
  }

  private apply(): void {
    this.wanted = Math.min(this.wanted, this.most);
    this.governed.allow(this.wanted, this.paused ? this.wanted : this.duty.resting);
    const awake = this.wanted - this.duty.restingLong;
    const slots = !this.pythonRuns || this.paused ? 0 : Math.max(0, awake);
    if (slots === this.offered) return;
    this.offered = slots;
    this.governed.offer(slots);
  }
}
