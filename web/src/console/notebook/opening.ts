import { type Signal, signal } from "@preact/signals";
import { kernel } from "../state.ts";
import type { Desk } from "./desk.ts";
import { type FileCell, readIpynb } from "./ipynb.ts";
import { cellsOf } from "./python_file.ts";

/** What waits for a person's word: other cells in the place of those that are here, or a file that was none. */
export type Question = { is: "replace"; name: string; cells: FileCell[] } | { is: "not-notebook"; name: string };

/** Largest file that is looked at as a notebook, in bytes. */
const LARGEST = 64 * 2 ** 20;

/** Brings files and examples into the page; asks before anything that is here would go. */
export class Opening {
  readonly question: Signal<Question | null> = signal(null);

  constructor(private readonly desk: Desk) {}

  /** Files that were dropped or chosen: notebooks are opened, the rest is data for cells. */
  async take(files: readonly File[]): Promise<void> {
    const notebooks = files.filter(({ name }) => /\.(py|ipynb)$/i.test(name));
    const data = files.filter((file) => !notebooks.includes(file));
    if (data.length > 0) this.addData(data);
    if (notebooks[0]) await this.openFile(notebooks[0]);
  }

  addData(files: readonly File[]): void {
    kernel.peek()?.addFiles(files);
  }

  async openFile(file: File): Promise<void> {
    const text = file.size <= LARGEST ? await file.text() : "";
    const cells = /\.py$/i.test(file.name) ? cellsOf(text).map((source) => ({ source, outputs: [] })) : readIpynb(text);
    if (!cells || cells.length === 0) this.question.value = { is: "not-notebook", name: file.name };
    else this.open(file.name, cells);
  }

  open(name: string, cells: FileCell[]): void {
    if (this.desk.readOnly.peek()) return;
    if (this.desk.notebook.isEmpty.peek()) this.desk.open(cells);
    else this.question.value = { is: "replace", name, cells };
  }

  /** The person's answer to the question. */
  answer(yes: boolean): void {
    const asked = this.question.peek();
    this.question.value = null;
    if (yes && asked?.is === "replace") this.desk.open(asked.cells);
  }
}
