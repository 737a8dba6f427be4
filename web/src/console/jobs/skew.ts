import type { Attempt } from "../observation/shapes.ts";

/**
 * How evenly a node's work is spread over its partitions: five numbers of each measure, and what stands out.
 *
 * Of each task its last attempt that was done counts. A node is skewed where its longest task takes at least three times
 * the median, and half a second more than that.
 */
export const MEASURES = ["seconds", "rows", "read", "written"] as const;
export type Measure = (typeof MEASURES)[number];

export interface Five {
  min: number;
  lower: number;
  median: number;
  upper: number;
  max: number;
}

export interface Skew {
  node: number;
  tasks: number;
  measures: Record<Measure, Five | null>;
  finding: Finding | null;
}

/** The longest task, how many times the median it takes, and why that may be. */
export interface Finding {
  partition: number;
  volunteer: string;
  seconds: number;
  median: number;
  times: number;
  /** How many times the median it has of rows. */
  rows: number;
  cause: "rows" | "volunteer" | "records";
}

const TIMES = 3;
const EXTRA_SECONDS = 0.5;
const TASKS = 4;

/** By node, in the order in which the nodes first had a task done. */
export function skewOf(attempts: Iterable<Attempt>): Skew[] {
  const byNode = new Map<number, Map<number, Attempt>>();
  for (const attempt of attempts) {
    if (attempt.outcome !== "done") continue;
    const tasks = byNode.get(attempt.node) ?? new Map<number, Attempt>();
    byNode.set(attempt.node, tasks.set(attempt.task, attempt));
  }
  return [...byNode].map(([node, tasks]) => skewOfNode(node, [...tasks.values()]));
}

function skewOfNode(node: number, tasks: Attempt[]): Skew {
  const measures = Object.fromEntries(
    MEASURES.map((measure) => [measure, five(tasks.map((task) => task[measure]).filter((value) => value >= 0))]),
  ) as Skew["measures"];
  return { node, tasks: tasks.length, measures, finding: find(tasks, measures) };
}

/** Least, quartiles and greatest (by linear interpolation); null of nothing. */
export function five(values: number[]): Five | null {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort(); // many times as quick as an array of numbers
  const at = (share: number) => {
    const place = share * (sorted.length - 1);
    const below = sorted[Math.floor(place)] ?? 0;
    const above = sorted[Math.ceil(place)] ?? 0;
    return below + (above - below) * (place - Math.floor(place));
  };
  return { min: at(0), lower: at(0.25), median: at(0.5), upper: at(0.75), max: at(1) };
}

function find(tasks: Attempt[], { seconds, rows }: Skew["measures"]): Finding | null {
  if (!seconds || !rows || tasks.length < TASKS) return null;
  const longest = tasks.reduce((most, task) => (task.seconds > most.seconds ? task : most));
  const times = longest.seconds / Math.max(seconds.median, 1e-3);
  if (times < TIMES || longest.seconds - seconds.median < EXTRA_SECONDS) return null;
  const rowTimes = longest.rows / Math.max(rows.median, 1);
  const { partition, volunteer } = longest;
  const cause = rowTimes >= Math.max(2, times / 3) ? "rows" : isSlow(volunteer, tasks) ? "volunteer" : "records";
  return { partition, volunteer, seconds: longest.seconds, median: seconds.median, times, rows: rowTimes, cause };
}

/** Whether a volunteer takes at least twice as long as the others for its usual task, too. */
function isSlow(volunteer: string, tasks: Attempt[]): boolean {
  const own = five(tasks.filter((task) => task.volunteer === volunteer).map((task) => task.seconds));
  const others = five(tasks.filter((task) => task.volunteer !== volunteer).map((task) => task.seconds));
  return own !== null && others !== null && own.median >= 2 * others.median;
}
