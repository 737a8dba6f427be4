import { isShown } from "../driver/shown.ts";
import type { PlotData, SavedFile, Shown, Table } from "../kernel.ts";

/*
 * What a display holds, of that which can be drawn. What a cell shows was looked at when it came; what comes out of a
 * file or the store is looked at by `shownOf`.
 */

/** A display as somebody else wrote it: whole where all its parts are what their media types say, else its words. */
export function shownOf(data: Record<string, unknown>): Shown {
  const words = data["text/plain"];
  return isShown(data) ? data : { "text/plain": typeof words === "string" ? words : "" };
}

export function tableIn(data: Shown): Table | null {
  return data["application/vnd.tabswarm.table+json"] ?? null;
}

/** An image without values, or without a width, cannot be drawn. */
export function plotIn(data: Shown): PlotData | null {
  const plot = data["application/vnd.tabswarm.plot+json"];
  if (plot?.kind === "image" && (!plot.values || !plot.width)) return null;
  return plot ?? null;
}

export function fileIn(data: Shown): SavedFile | null {
  return data["application/vnd.tabswarm.file+json"] ?? null;
}

/** A picture's address; what is no base64 would be another address. */
export function pictureIn(data: Shown): string | null {
  const png = data["image/png"] ?? "";
  return /^[A-Za-z0-9+/\s]+=*\s*$/.test(png) ? `data:image/png;base64,${png}` : null;
}
