// @vitest-environment node
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

/**
 * The timeline's colours, seen as people see them: with full colour vision and without one kind of cones, by day and by
 * night. Simulated by the matrices of Machado, Oliveira and Fernandes (2009) for complete loss, on linear RGB.
 */
type Colour = [number, number, number];

const EYES: Record<string, number[][]> = {
  "full colour vision": [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};
const PARTS = ["fetch", "wait", "run", "send"];

const style = readFileSync(fileURLToPath(new URL("../../style.css", import.meta.url)), "utf8");

/** Linear RGB of a variable of style.css, in light or in dark mode. */
function colour(name: string, mode: number): Colour {
  const both = new RegExp(`--${name}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\)`).exec(style);
  const hex = both?.[1 + mode];
  if (!hex) throw new Error(`no --${name} in style.css`);
  return [1, 3, 5].map((at) => linear(Number.parseInt(hex.slice(at, at + 2), 16) / 255)) as Colour;
}

function linear(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

function seen(eyes: string, [r, g, b]: Colour): Colour {
  const rows = EYES[eyes] ?? [];
  return rows.map(([x = 0, y = 0, z = 0]) => Math.min(1, Math.max(0, x * r + y * g + z * b))) as Colour;
}

function luminance([r, g, b]: Colour): number {
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** CIE L*a*b* under D65. */
function lab(rgb: Colour): Colour {
  const [r, g, b] = rgb;
  const f = (value: number) => (value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116);
  const x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047);
  const y = f(luminance(rgb));
  const z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

function distance(a: Colour, b: Colour): number {
  const [one, other] = [lab(a), lab(b)];
  return Math.hypot(...one.map((value, index) => value - (other[index] ?? 0)));
}

const CASES = Object.keys(EYES).flatMap((eyes) => [0, 1].map((mode) => [eyes, mode] as const));

test.each(CASES)("with %s in mode %i no two parts look alike", (eyes, mode) => {
  for (const [index, one] of PARTS.entries()) {
    for (const other of PARTS.slice(index + 1)) {
      const apart = distance(seen(eyes, colour(one, mode)), seen(eyes, colour(other, mode)));
      expect(apart, `${one} and ${other}`).toBeGreaterThan(20);
    }
  }
});

test.each([0, 1])("in mode %i each part stands out from the paper by 3:1", (mode) => {
  const paper = luminance(colour("paper", mode));
  for (const part of PARTS) {
    const own = luminance(colour(part, mode));
    const ratio = (Math.max(paper, own) + 0.05) / (Math.min(paper, own) + 0.05);
    expect(ratio, part).toBeGreaterThan(3);
  }
});
