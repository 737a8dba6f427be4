import type { Clock } from "../src/volunteer/duty.ts";

/** A clock that a test moves: timers fire in order as it passes them. */
export class FakeClock implements Clock {
  private time = 0;
  private timers: { due: number; then: () => void }[] = [];

  now(): number {
    return this.time;
  }

  get pending(): number {
    return this.timers.length;
  }

  after(ms: number, then: () => void): () => void {
    const timer = { due: this.time + ms, then };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  }

  /** Time passes, and timers fire when they are due. */
  advance(ms: number): void {
    const end = this.time + ms;
    while (true) {
      const [next] = this.timers.filter(({ due }) => due <= end).sort((a, b) => a.due - b.due);
      if (!next) break;
      this.timers = this.timers.filter((other) => other !== next);
      this.time = Math.max(this.time, next.due);
      next.then();
    }
    this.time = end;
  }

  /** Time passes, and no timer fires: the device slept, or the tab is hidden. */
  sleep(ms: number): void {
    this.time += ms;
  }
}
