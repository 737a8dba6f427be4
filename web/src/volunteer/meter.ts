import type { BytesMoved } from "../wire/messages.ts";

/**
 * Counts the block bytes that came in and went out, for the screen, and tells the coordinator of what came in, by
 * application and at most once a second.
 */
export class Meter {
  received = 0;
  served = 0;
  private readonly untold = new Map<string, number>();
  private told = Number.NEGATIVE_INFINITY;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param tell sends to the coordinator
   * @param changed is called when a count has changed
   */
  constructor(
    private readonly tell: (message: BytesMoved) => void,
    private readonly changed: () => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Bytes went over the relay: `received` of them came in, `served` went out. */
  moved(received: number, served: number): void {
    this.received += received;
    this.served += served;
    this.changed();
  }

  /** All of a fetch for this application has arrived. */
  fetched(application: string, bytes: number): void {
    if (bytes === 0) return;
    this.untold.set(application, (this.untold.get(application) ?? 0) + bytes);
    const wait = this.told + 1000 - this.now();
    if (wait <= 0) this.tellNow();
    else this.timer ??= setTimeout(() => this.tellNow(), wait);
  }

  /** Forgets what was not told: the session that it was for is over. */
  reset(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.untold.clear();
  }

  private tellNow(): void {
    const untold = [...this.untold];
    this.reset();
    this.told = this.now();
    for (const [application, relayed] of untold) this.tell({ type: "BytesMoved", application, relayed });
  }
}
