import type { DriverLine } from "../src/console/kernel.ts";
import type { FromDriver, ToDriver } from "../src/wire/messages.ts";

/** A control session for tests: what was said by it, and what the test says the coordinator says. */
export class FakeLine implements DriverLine {
  readonly said: FromDriver[] = [];
  private readonly listeners = new Set<(message: ToDriver) => void>();

  say(message: FromDriver): void {
    this.said.push(message);
  }

  hear(listener: (message: ToDriver) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  tell(message: ToDriver): void {
    for (const listener of this.listeners) listener(message);
  }
}
