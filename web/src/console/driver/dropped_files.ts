import { computed, signal } from "@preact/signals";
import type { DroppedFile } from "../kernel.ts";

/**
 * The files that a person dropped on the page, for cells to read by their names. They stay where they are: the page
 * keeps no more than the browser's handle, and Python reads what it asks for.
 */
export class DroppedFiles {
  private readonly byName = signal<ReadonlyMap<string, File>>(new Map());
  readonly shown = computed<readonly DroppedFile[]>(() =>
    [...this.byName.value.values()].map(({ name, size }) => ({ name, size })),
  );

  get all(): File[] {
    return [...this.byName.value.values()];
  }

  /** A file of a name that is there already takes its place. */
  add(files: readonly File[]): void {
    this.byName.value = new Map([...this.byName.value, ...files.map((file) => [file.name, file] as const)]);
  }

  remove(name: string): void {
    this.byName.value = new Map([...this.byName.value].filter(([of]) => of !== name));
  }
}
