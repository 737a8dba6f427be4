import * as Plot from "@observablehq/plot";
import type { PlotData } from "../../kernel.ts";

/** Steps of the colour ramp. */
const STEPS = 256;
/** Values that are drawn: more than a screen has points, and less than a browser's largest canvas. */
const MOST = 4096;

/** A grid of values as a picture, one point of the canvas a value; CSS makes it as wide as the page. */
export function drawImage({ values = [], width = 1 }: PlotData, pageWidth: number): Element {
  const columns = Math.min(Math.trunc(width), MOST);
  const rows = Math.min(Math.ceil(values.length / width), MOST);
  const canvas = document.createElement("canvas");
  canvas.width = columns;
  canvas.height = Math.max(1, rows);
  canvas.classList.toggle("coarse", columns * 2 < pageWidth);
  const pen = canvas.getContext("2d");
  if (!pen) return canvas;
  const picture = pen.createImageData(canvas.width, canvas.height);
  const [least, most] = extent(values);
  const ramp = viridis();
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const value = values[row * width + column];
      if (typeof value !== "number" || !Number.isFinite(value)) continue; // transparent: nothing has come yet
      const step = most > least ? Math.round(((value - least) / (most - least)) * (STEPS - 1)) : 0;
      picture.data.set([...(ramp[step] ?? [0, 0, 0]), 255], 4 * (row * columns + column));
    }
  pen.putImageData(picture, 0, 0);
  return canvas;
}

function extent(values: readonly (number | null)[]): [least: number, most: number] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (typeof value !== "number" || !Number.isFinite(value)) continue;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return [least, most];
}

/** A ramp that grows lighter evenly, so that it reads in grey and by colour-blind eyes as well. */
function viridis(): number[][] {
  const scale = Plot.scale({ color: { type: "linear", domain: [0, STEPS - 1], scheme: "viridis" } });
  const hexOf = (step: number) => String(scale.apply(step)).match(/[\da-f]{2}/gi) ?? [];
  return Array.from({ length: STEPS }, (_, step) => hexOf(step).map((pair) => Number.parseInt(pair, 16)));
}
