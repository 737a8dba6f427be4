import type { BytesMoved } from "../wire/messages.ts";

const INTERVAL = 1_000;

/** Tells the coordinator of the bytes that came directly, which it cannot see: once a second at most. */
export class BytesCounter {
  private readonly untold = new Map<string, number>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly send: (message: BytesMoved) => void) {}

  /** Block bytes of this application came over a data channel. */
  add(application: string, direct: number): void {
    this.untold.set(application, (this.untold.get(application) ?? 0) + direct);
    this.timer ??= setTimeout(() => this.tell(), INTERVAL);
  }

  /** Forgets what was not told: the session is over. */
  reset(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.untold.clear();
  }

  private tell(): void {
    this.timer = undefined;
    for (const [application, direct] of this.untold) this.send({ type: "BytesMoved", application, direct });
    this.untold.clear();
  }
}
