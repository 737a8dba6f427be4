import type { PlotData } from "../../kernel.ts";

/** The names of a plot's series in order of appearance; none where there is but one line or cloud. */
export function seriesOf({ series }: Pick<PlotData, "series">): string[] {
  return series ? [...new Set(series)] : [];
}

/** The colour of the n-th series, from 0: one of style.css's eight. */
export function colourOf(index: number): string {
  return `var(--series-${(index % 8) + 1})`;
}
