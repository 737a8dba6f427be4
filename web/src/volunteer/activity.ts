/** How long one bar of the picture is, in ms, and how many there are: the last five minutes. */
export const SPAN = 5_000;
export const SPANS = 60;

/** How many Workers computed on average, span by span: what the small picture of the load draws. */
export class Activity {
  private running = 0;
  private busy = 0;
  private since: number;
  private spanBegan: number;
  private readonly past: number[] = [];

  constructor(private readonly now: () => number = () => performance.now()) {
    this.since = now();
    this.spanBegan = this.since;
  }

  /** So many Workers compute from now on. */
  set computing(count: number) {
    this.count();
    this.running = count;
  }

  /** Ends a span; gives the averages of the last ones, the newest last. */
  sample(): readonly number[] {
    this.count();
    const took = this.since - this.spanBegan;
    this.past.push(took > 0 ? this.busy / took : this.running);
    if (this.past.length > SPANS) this.past.shift();
    this.busy = 0;
    this.spanBegan = this.since;
    return [...this.past];
  }

  private count(): void {
    const now = this.now();
    this.busy += this.running * (now - this.since);
    this.since = now;
  }
}
