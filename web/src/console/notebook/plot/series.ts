import type { PlotData } from "../../kernel.ts";

/**
 * The names of a plot's series, numbers in them by their size: the same order and so the same colours while it grows,
 * whichever partition comes first. None where there is but one line or cloud.
 */
export function seriesOf({ series }: Pick<PlotData, "series">): string[] {
  return [...new Set(series)].sort((one, other) => one.localeCompare(other, "en", { numeric: true }));
}

/** The colour of the n-th series, from 0: one of style.css's eight. */
export function colourOf(index: number): string {
  return `var(--series-${(index % 8) + 1})`;
}
