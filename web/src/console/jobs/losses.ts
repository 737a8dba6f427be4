import type { Attempt } from "../observation/shapes.ts";

/** What had to be computed again in a job, and on whose account. */
export interface Losses {
  /** Volunteers that went while they had a task of the job. */
  left: string[];
  /** By the node that the tasks end with: how many partitions were computed again. */
  again: { node: number; partitions: number }[];
  partitions: number;
  /** Attempts that were made since one before came to nothing, and second attempts at slow tasks. */
  retries: number;
  speculative: number;
  /** Second attempts that were done before the first. */
  speculativeWins: number;
}

export function lossesOf(attempts: Iterable<Attempt>): Losses {
  const left = new Set<string>();
  const again = new Map<number, Map<number, number>>();
  const losses = { retries: 0, speculative: 0, speculativeWins: 0 };
  for (const { outcome, reason, volunteer, node, task, partitions } of attempts) {
    if (outcome === "lost") left.add(volunteer);
    if (reason === "retry") losses.retries += 1;
    if (reason === "speculative") losses.speculative += 1;
    if (reason === "speculative" && outcome === "done") losses.speculativeWins += 1;
    if (reason === "recomputed") again.set(node, (again.get(node) ?? new Map()).set(task, partitions));
  }
  const byNode = [...again].map(([node, tasks]) => ({ node, partitions: sum(tasks.values()) }));
  return { left: [...left], again: byNode, partitions: sum(byNode.map(({ partitions }) => partitions)), ...losses };
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
