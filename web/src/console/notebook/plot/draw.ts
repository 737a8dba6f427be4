import * as Plot from "@observablehq/plot";
import type { PlotData } from "../../kernel.ts";
import { drawImage } from "./image.ts";
import { colourOf, seriesOf } from "./series.ts";

/** Categories from which on bars lie, so that their names can be read. */
const STANDING_BARS = 12;

/**
 * Draws a plot, `width` pixels wide. Colours are style.css's variables, so the same drawing is right in light and dark;
 * Plot's own style sheet, which the page's policy refuses, is taken out (decision 0140).
 */
export function draw(plot: PlotData, width: number): Element {
  if (plot.kind === "image") return drawImage(plot, width);
  const series = seriesOf(plot);
  const figure = Plot.plot({
    width,
    height: heightFor(plot, width),
    marginLeft: 56,
    marginBottom: 40,
    style: { background: "none", color: "inherit", fontSize: "12px", fontFamily: "inherit" },
    x: { label: plot.xLabel || null },
    y: { label: plot.yLabel || null, grid: true },
    color: { type: "categorical", domain: series, range: series.map((_, index) => colourOf(index)) },
    ...marksOf(plot, width),
  });
  for (const sheet of figure.querySelectorAll("style")) sheet.remove();
  // The figure's element says what it is; names of its inner groups are no words for people.
  for (const named of [figure, ...figure.querySelectorAll("[aria-label]")]) named.removeAttribute("aria-label");
  return figure;
}

function heightFor(plot: PlotData, width: number): number {
  if (plot.kind === "bar" && liesDown(plot)) return 60 + 22 * new Set(plot.x).size;
  return Math.max(220, Math.min(340, width * 0.55));
}

interface Point {
  x: number | string;
  y: number;
  series: string;
}

function pointsOf({ x, y, series }: PlotData): Point[] {
  return y.map((value, index) => ({ x: x[index] ?? index, y: value, series: series?.[index] ?? "" }));
}

function marksOf(plot: PlotData, width: number): Plot.PlotOptions {
  const points = pointsOf(plot);
  const hue = seriesOf(plot).length > 0 ? "series" : colourOf(0);
  const zero = { stroke: "var(--line)" };
  const labels = new Set(points.map(({ x }) => String(x)));
  const tip = { fill: "var(--paper)", stroke: "var(--line)" };
  switch (plot.kind) {
    case "line":
      return {
        marks: [
          Plot.line(points, { x: "x", y: "y", z: "series", stroke: hue, strokeWidth: 1.75 }),
          Plot.tip(points, Plot.pointer({ x: "x", y: "y", ...tip })),
        ],
      };
    case "scatter":
      return {
        marks: [
          Plot.dot(points, { x: "x", y: "y", fill: hue, fillOpacity: 0.75, r: points.length > 2000 ? 1.5 : 3 }),
          Plot.tip(points, Plot.pointer({ x: "x", y: "y", ...tip })),
        ],
      };
    case "hist":
      return {
        marks: [
          Plot.rectY(binsOf(plot), {
            x1: "from",
            x2: "to",
            y: "count",
            fill: colourOf(0),
            insetLeft: 0.5,
            insetRight: 0.5,
          }),
          Plot.ruleY([0], zero),
        ],
      };
    default:
      return liesDown(plot)
        ? {
            marginLeft: Math.min(width * 0.4, 16 + 7 * Math.max(...[...labels].map((label) => short(label).length), 1)),
            x: { label: plot.yLabel || null, grid: true },
            y: { label: null, domain: [...labels], type: "band", tickFormat: short },
            marks: [
              Plot.barX(points, { x: "y", y: category, fill: hue, insetTop: 1, insetBottom: 1 }),
              Plot.ruleX([0], zero),
            ],
          }
        : {
            x: { label: plot.xLabel || null, domain: [...labels], type: "band", tickFormat: short },
            marks: [Plot.barY(points, { x: category, y: "y", fill: hue }), Plot.ruleY([0], zero)],
          };
  }
}

function category({ x }: Point): string {
  return String(x);
}

function short(name: string): string {
  return name.length > 40 ? `${name.slice(0, 40)}…` : name;
}

/** Bars lie where their names would run into each other. */
function liesDown({ x }: PlotData): boolean {
  const labels = new Set(x.map(String));
  return labels.size > STANDING_BARS || [...labels].some(({ length }) => length * labels.size > 72);
}

/** The bins of a histogram: `y[i]` records lie between the borders `x[i]` and `x[i + 1]`. */
function binsOf({ x, y }: PlotData): { from: number; to: number; count: number }[] {
  return y.flatMap((count, index) => {
    const [from, to] = [Number(x[index]), Number(x[index + 1])];
    return Number.isFinite(from) && Number.isFinite(to) ? [{ from, to, count }] : [];
  });
}
