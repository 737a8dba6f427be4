import { signal } from "@preact/signals";
import type { Volunteer } from "./shapes.ts";

/** How many comings and goings are shown. */
const SHOWN = 12;

export interface Coming {
  /** Grows by one with each. */
  number: number;
  volunteer: string;
  name: string;
  came: boolean;
  /** Milliseconds of the coordinator's clock. */
  at: number;
}

/** Who came and who went while this page was open, the newest first. */
export class Comings {
  readonly latest = signal<readonly Coming[]>([]);
  /** Also of those who have left: a timeline still shows what they did. */
  readonly #names = new Map<string, string>();
  readonly #left = new Map<string, number>();
  #count = 0;

  remember({ id, name }: Volunteer): void {
    this.#names.set(id, name);
    this.#left.delete(id);
  }

  noteCame({ id, name }: Volunteer, at: number): void {
    this.#note({ volunteer: id, name: name || id, came: true, at });
  }

  noteGone(id: string, at: number): void {
    this.#left.set(id, at);
    this.#note({ volunteer: id, name: this.nameOf(id), came: false, at });
  }

  /** The name of a volunteer that is here or was. */
  nameOf(volunteer: string): string {
    return this.#names.get(volunteer) || volunteer;
  }

  hasLeft(volunteer: string): boolean {
    return this.#left.has(volunteer);
  }

  #note(coming: Omit<Coming, "number">): void {
    this.#count += 1;
    this.latest.value = [{ number: this.#count, ...coming }, ...this.latest.peek()].slice(0, SHOWN);
  }
}
