/** Time as the duty cycle needs it; tests bring their own. */
export interface Clock {
  /** Milliseconds. */
  now(): number;
  /** Calls back after so many ms; gives what undoes it. */
  after(ms: number, then: () => void): () => void;
}

export const realClock: Clock = {
  now: () => performance.now(),
  after: (ms, then) => {
    const timer = setTimeout(then, ms);
    return () => clearTimeout(timer);
  },
};

/** Rests shorter than so many ms are saved up: a timer is no finer, and small tasks come by the hundred. */
const LEAST = 100;
/** A rest longer than so many ms is worth a word to the coordinator, which then gives the queue to others. */
const LONG = 2_000;

interface Rest {
  /** How long the Worker computed for it. */
  worked: number;
  began: number;
  cancel: () => void;
}

/**
 * The load that the person allows, as a duty cycle: Python in a Worker can be neither slowed down nor interrupted, so
 * after `t` of computing one Worker rests for `t * (100 - load) / load`. At 25 % a task of 2 s is followed by 6 s of
 * rest; over the two the Worker computed a quarter of the time, whatever the tasks are like.
 *
 * A rest belongs to no Worker in particular: with so many rests, so many Workers fewer run at a time.
 */
export class Duty {
  private percent = 100;
  /** Computed, and not rested for yet. */
  private unpaid = 0;
  private rests: Rest[] = [];

  /** @param changed is called when the number of rests, or of long ones, is another */
  constructor(
    private readonly changed: () => void,
    private readonly clock: Clock = realClock,
  ) {}

  /** How many Workers rest now. */
  get resting(): number {
    return this.rests.length;
  }

  /** How many of them are going to for some time, so that others should have their tasks. */
  get restingLong(): number {
    return this.rests.filter((rest) => this.left(rest) > LONG).length;
  }

  /** When the next Worker is back, in ms of the clock; null where none rests. */
  get nextBack(): number | null {
    if (this.rests.length === 0) return null;
    return this.clock.now() + Math.min(...this.rests.map((rest) => this.left(rest)));
  }

  /** Another load, from 1 to 100 percent; rests that go on become longer or shorter by it. */
  set load(percent: number) {
    if (percent === this.percent) return;
    this.percent = percent;
    for (const rest of this.rests) this.schedule(rest);
    this.changed();
  }

  /** A Worker has computed for so many ms. */
  ran(ms: number): void {
    this.unpaid += ms;
    if (this.restFor(this.unpaid) < LEAST) {
      if (this.percent === 100) this.unpaid = 0;
      return;
    }
    const rest: Rest = { worked: this.unpaid, began: this.clock.now(), cancel: () => {} };
    this.unpaid = 0;
    this.rests.push(rest);
    this.schedule(rest);
    this.changed();
  }

  /** Looks at the clock: rests may be over though their timers come late, as they do in a hidden tab. */
  tick(): void {
    const over = this.rests.filter((rest) => this.left(rest) <= 0);
    if (over.length > 0) this.end(over);
  }

  /** Ends all rests and forgets what was computed. */
  reset(): void {
    this.unpaid = 0;
    for (const { cancel } of this.rests.splice(0)) cancel();
  }

  private restFor(worked: number): number {
    return (worked * (100 - this.percent)) / this.percent;
  }

  private left({ worked, began }: Rest): number {
    return began + this.restFor(worked) - this.clock.now();
  }

  private schedule(rest: Rest): void {
    rest.cancel();
    const left = this.left(rest);
    const wait = left > LONG ? left - LONG : left;
    rest.cancel = this.clock.after(Math.max(0, wait), () => {
      if (this.left(rest) <= 0) return this.end([rest]);
      this.schedule(rest);
      this.changed();
    });
  }

  private end(over: readonly Rest[]): void {
    for (const { cancel } of over) cancel();
    this.rests = this.rests.filter((rest) => !over.includes(rest));
    this.changed();
  }
}
