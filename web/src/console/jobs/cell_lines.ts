import type { Desk } from "../notebook/desk.ts";
import { go } from "../route.ts";

/** A line of a cell as call sites name it. */
const OF_A_CELL = /^cell (.+):(\d+)$/;

/** What leads from a call site to its line in the notebook; null for one that is of no cell (any more). */
export function cellOpener(desk: Desk): (callSite: string) => (() => void) | null {
  return (callSite) => {
    const [, id, line] = OF_A_CELL.exec(callSite) ?? [];
    const cell = desk.notebook.cells.value.find((each) => each.id === id);
    if (!cell) return null;
    return () => {
      go("notebook");
      // The notebook is out of sight until the page has drawn its view; what is out of sight takes no cursor.
      setTimeout(() => desk.focusOn(cell, Number(line)));
    };
  };
}
