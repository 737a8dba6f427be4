import type { Attempt } from "../src/console/observation/shapes.ts";

/** An attempt that was done, but for what is said: assigned at 0, fetched until 100, run from 200 to 700, told at 750. */
export function attempt(said: Partial<Attempt> = {}): Attempt {
  return {
    task: 0,
    attempt: 0,
    volunteer: "p1",
    stage: 0,
    node: 1,
    partition: said.task ?? 0,
    partitions: 1,
    reason: "first",
    assigned: 0,
    started: 200,
    finished: 750,
    fetching: 0.1,
    seconds: 0.5,
    fetched: 1000,
    rows: 100,
    written: 5000,
    outcome: "done",
    error: -1,
    message: "",
    read: 2000,
    ...said,
  };
}
