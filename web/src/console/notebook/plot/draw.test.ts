// @vitest-environment happy-dom
import { expect, test } from "vitest";
import type { PlotData } from "../../kernel.ts";
import { draw } from "./draw.ts";
import { colourOf } from "./series.ts";

const plain: PlotData = {
  kind: "line",
  x: [0, 1, 2],
  y: [1, 4, 9],
  title: "",
  xLabel: "n",
  yLabel: "",
  growing: false,
};
const hostile = '<img src=x onerror="alert(1)"><script>alert(2)</script>';

test.each<PlotData>([
  plain,
  { ...plain, kind: "scatter", series: ["a", "b", "a"] },
  { ...plain, kind: "bar", x: ["a", "b", "c"] },
  {
    ...plain,
    kind: "bar",
    x: Array.from({ length: 30 }, (_, i) => `name ${i}`),
    y: Array.from({ length: 30 }, () => 1),
  },
  { ...plain, kind: "hist", x: [0, 1, 2, 3] },
  { ...plain, x: [], y: [] },
])("%o is drawn, without a style sheet and without names that are none", (plot) => {
  const figure = draw(plot, 640);
  expect(figure.tagName.toLowerCase()).toBe("svg");
  expect(figure.querySelector("style, [aria-label]")).toBeNull();
});

test("names of strangers are text in a plot too", () => {
  const figure = draw({ ...plain, kind: "bar", x: [hostile, "b", "c"], xLabel: hostile, yLabel: hostile }, 640);
  expect(figure.querySelector("img, script")).toBeNull();
});

test("series have the colours of the page, and begin anew where there are more of them", () => {
  expect([colourOf(0), colourOf(8)]).toEqual(["var(--series-1)", "var(--series-1)"]);
});
