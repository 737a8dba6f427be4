import type { Attempt } from "../observation/shapes.ts";

/**
 * One volunteer's attempts as shapes: what a row of the timeline draws, on the screen and in a report alike.
 *
 * An attempt fetches its sources, waits for a free worker, runs, and sends its report; each part has a height and a
 * place of its own in the lane, so that they differ without their colours. All attempts of a row become one path per
 * part, in milliseconds from `origin` across and in lanes down: a row of a thousand attempts is a handful of elements.
 */
export const PARTS = ["fetch", "wait", "run", "send"] as const;
export type Part = (typeof PARTS)[number];

/** Why an attempt was made, where it was not the first; and how it ended, where that was not well. */
export const REASONS = ["retry", "speculative", "recomputed"] as const;
export const ENDS = ["failed", "lost", "cancelled"] as const;
export type Mark = (typeof REASONS)[number] | (typeof ENDS)[number];

/** More lanes than this are drawn on the last. */
const LANES = 12;
/** Top and height of each part in a lane of height 1. */
const BAND: Record<Part, [top: number, height: number]> = {
  fetch: [0.5, 0.4],
  wait: [0.44, 0.12],
  run: [0.1, 0.8],
  send: [0.1, 0.4],
};

export interface Placed {
  attempt: Attempt;
  lane: number;
  from: number;
  to: number;
}

export interface TimelineRow {
  lanes: number;
  placed: Placed[];
  parts: Record<Part, string>;
  marks: Partial<Record<Mark, string>>;
}

/** What goes on is drawn up to `until`, on the coordinator's clock: the edge of the picture, of which the future is covered. */
export function layOut(attempts: Iterable<Attempt>, origin: number, until: number): TimelineRow {
  const placed = inLanes(attempts, origin, until);
  const parts: Record<Part, string> = { fetch: "", wait: "", run: "", send: "" };
  const marks: Partial<Record<Mark, string>> = {};
  for (const each of placed) {
    for (const [part, from, to] of partsOf(each.attempt, until))
      parts[part] += bar(part, each.lane, from - origin, to - origin);
    const { reason, outcome } = each.attempt;
    if (reason !== "first") marks[reason] = (marks[reason] ?? "") + frame(each);
    if (outcome === "unfetched") marks.failed = (marks.failed ?? "") + tick(each);
    else if (isBadEnd(outcome)) marks[outcome] = (marks[outcome] ?? "") + tick(each);
  }
  return { lanes: 1 + Math.max(0, ...placed.map(({ lane }) => lane)), placed, parts, marks };
}

/** The attempt at a point of a row, the shortest where several share it. */
export function attemptAt(row: TimelineRow, time: number, lane: number, slack: number): Placed | undefined {
  return row.placed
    .filter((each) => each.lane === lane && each.from - slack <= time && time <= each.to + slack)
    .sort((a, b) => a.to - a.from - (b.to - b.from))[0];
}

/** The parts of an attempt that took any time, from and to in the coordinator's milliseconds. */
export function partsOf(attempt: Attempt, until: number): [part: Part, from: number, to: number][] {
  const { assigned, started, finished, fetching, seconds } = attempt;
  const end = finished < 0 ? Math.max(until, assigned) : finished;
  const begun = started < 0 ? end : Math.min(started, end);
  const fetched = fetching < 0 ? begun : Math.min(begun, assigned + fetching * 1000);
  const ran = started < 0 ? end : seconds < 0 ? end : Math.min(end, started + seconds * 1000);
  const parts: [Part, number, number][] = [
    ["fetch", assigned, fetched],
    ["wait", fetched, begun],
    ["run", begun, ran],
    ["send", ran, end],
  ];
  return parts.filter(([, from, to]) => to > from);
}

/** Each attempt goes into the first lane that is free when it is assigned. */
function inLanes(attempts: Iterable<Attempt>, origin: number, until: number): Placed[] {
  const free: number[] = [];
  const inOrder = [...attempts].sort((a, b) => a.assigned - b.assigned || a.task - b.task || a.attempt - b.attempt);
  return inOrder.map((attempt) => {
    const from = attempt.assigned - origin;
    const to = (attempt.finished < 0 ? Math.max(until, attempt.assigned) : attempt.finished) - origin;
    const first = free.findIndex((until) => until <= from);
    const lane = first >= 0 ? first : Math.min(free.length, LANES - 1);
    free[lane] = attempt.finished < 0 ? Number.POSITIVE_INFINITY : Math.max(to, free[lane] ?? 0);
    return { attempt, lane, from, to };
  });
}

function isBadEnd(outcome: Attempt["outcome"]): outcome is (typeof ENDS)[number] {
  return (ENDS as readonly string[]).includes(outcome);
}

function bar(part: Part, lane: number, from: number, to: number): string {
  const [top, height] = BAND[part];
  return `M${round(from)} ${lane + top}H${round(to)}v${height}H${round(from)}z`;
}

function frame({ lane, from, to }: Pick<Placed, "lane" | "from" | "to">): string {
  return `M${round(from)} ${lane + 0.06}H${round(to)}v0.88H${round(from)}z`;
}

function tick({ lane, to }: Pick<Placed, "lane" | "to">): string {
  return `M${round(to)} ${lane + 0.04}v0.92`;
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}

/** One bar of each kind, 24 wide: for the legend. */
export const attemptShapes = {
  part: (part: Part) => bar(part, 0, 0, 24),
  frame: frame({ lane: 0, from: 0, to: 24 }),
  tick: tick({ lane: 0, to: 12 }),
};

/** A span that is a little longer than the one given, and grows in steps: so that rows keep their scale for a while. */
export function horizon(span: number): number {
  const step = Math.max(1000, 10 ** Math.floor(Math.log10(Math.max(1, span))) / 2);
  return Math.ceil((span + 1) / step) * step;
}

/** Times for the axis, in milliseconds: at most `most`, at round steps. */
export function ticks(span: number, most: number): number[] {
  const seconds = [0.01, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];
  const steps = seconds.map((each) => each * 1000);
  const step = steps.find((each) => span / each <= most) ?? Math.ceil(span / most / 3_600_000) * 3_600_000;
  return Array.from({ length: Math.floor(span / step) + 1 }, (_, index) => index * step);
}
