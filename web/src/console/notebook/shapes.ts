import type { PlotData, SavedFile, Shown, Table } from "../kernel.ts";

/*
 * What a display holds, if it is what its media type says. A cell's Python is the user's, and a file may be anybody's:
 * what does not fit is shown by its plain text.
 */

export function tableIn(data: Shown): Table | null {
  const table = data["application/vnd.tabswarm.table+json"];
  return isObject(table) && isTexts(table.columns) && Array.isArray(table.rows) && table.rows.every(Array.isArray)
    ? table
    : null;
}

export function plotIn(data: Shown): PlotData | null {
  const plot = data["application/vnd.tabswarm.plot+json"];
  if (!isObject(plot) || !Array.isArray(plot.x) || !Array.isArray(plot.y)) return null;
  if (plot.kind === "image" && (!Array.isArray(plot.values) || !((plot.width ?? 0) >= 1))) return null;
  return KINDS.includes(plot.kind) && (plot.series === undefined || isTexts(plot.series)) ? plot : null;
}

export function fileIn(data: Shown): SavedFile | null {
  const file = data["application/vnd.tabswarm.file+json"];
  return isObject(file) && [file.name, file.type, file.data].every((part) => typeof part === "string") ? file : null;
}

/** A picture's address; what is no base64 would be another address. */
export function pictureIn(data: Shown): string | null {
  const png = data["image/png"];
  return typeof png === "string" && /^[A-Za-z0-9+/\s]+=*\s*$/.test(png) ? `data:image/png;base64,${png}` : null;
}

const KINDS: readonly string[] = ["line", "bar", "scatter", "hist", "image"] satisfies PlotData["kind"][];

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
