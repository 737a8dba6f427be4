import type {
  BytesReport,
  NodeProgress,
  ObservedAttempt,
  ObservedError,
  ObservedJob,
  ObservedNode,
  ObservedStage,
  ObservedStore,
  ObservedTask,
  ObservedVolunteer,
} from "../../wire/messages.ts";

/**
 * What the wire leaves out or says by place, said by name.
 *
 * The wire omits what equals its default and packs small structs as arrays; views want neither. Each function here
 * makes the whole thing of what was told.
 */
export type Volunteer = Required<ObservedVolunteer>;
export type GraphNode = Required<ObservedNode>;
export type ErrorGroup = Required<ObservedError>;
export type Stored = Required<ObservedStore>;
export type Job = Omit<Required<ObservedJob>, "stages" | "bytes"> & { stages: Stage[]; bytes: BytesReport };

export interface Stage {
  stage: number;
  node: number;
  tasks: number;
  done: number;
  running: number;
  /** Milliseconds that the rest will take; -1: nobody can tell yet. */
  left: number;
}

/** A task that a volunteer has now. */
export interface TaskAtHand {
  job: string;
  node: number;
  partition: number;
  title: string;
  started: boolean;
}

export interface Progress {
  node: number;
  state: NodeProgress[1];
  planned: number;
  done: number;
  running: number;
  runs: number;
  recomputed: number;
  speculative: number;
  rows: number;
}

/** Times in milliseconds of the coordinator's clock, -1 where it did not happen; `fetching` and `seconds` as told. */
export interface Attempt {
  task: number;
  attempt: number;
  volunteer: string;
  stage: number;
  node: number;
  partition: number;
  partitions: number;
  reason: ObservedAttempt[7];
  assigned: number;
  started: number;
  finished: number;
  fetching: number;
  seconds: number;
  fetched: number;
  rows: number;
  written: number;
  outcome: ObservedAttempt[16];
  error: number;
  message: string;
  /** Bytes of all its sources, wherever they were. */
  read: number;
}

export function volunteer(told: ObservedVolunteer): Volunteer {
  return {
    tasks: [],
    assigned: 0,
    blocks: 0,
    held: 0,
    done: 0,
    failed: 0,
    seconds: 0,
    rows: 0,
    direct: 0,
    relayed: 0,
    ...told,
  };
}

export function taskAtHand([job, , , node, partition, title, , started]: ObservedTask): TaskAtHand {
  return { job, node, partition, title, started: started >= 0 };
}

export function job(told: ObservedJob): Job {
  return {
    program: "",
    call_site: "",
    group: "",
    description: "",
    tags: [],
    ended: -1,
    done: 0,
    total: 0,
    running: 0,
    left: -1,
    waiting_for: "",
    error: "",
    attempts: 0,
    retries: 0,
    speculative: 0,
    recomputed: 0,
    failed: 0,
    ...told,
    bytes: told.bytes ?? { direct: 0, relayed: 0, inline: 0 },
    stages: (told.stages ?? []).map(stage),
  };
}

function stage([stage, node, tasks, done, running, left]: ObservedStage): Stage {
  return { stage, node, tasks, done, running, left };
}

export function graphNode(told: ObservedNode): GraphNode {
  return { stage: -1, call_site: "", code: "", parents: [], storage: "", target: false, sink: false, ...told };
}

export function progress([node, state, planned, done, running, runs, recomputed, speculative, rows]: NodeProgress) {
  return { node, state, planned, done, running, runs, recomputed, speculative, rows } satisfies Progress;
}

export function attempt(told: ObservedAttempt): Attempt {
  const [task, attempt, volunteer, stage, node, partition, partitions, reason, assigned, started, finished] = told;
  const [, , , , , , , , , , , fetching, seconds, fetched, rows, written, outcome, error, message, read] = told;
  const where = { task, attempt, volunteer, stage, node, partition, partitions, reason };
  return {
    ...where,
    assigned,
    started,
    finished,
    fetching,
    seconds,
    fetched,
    rows,
    written,
    outcome,
    error,
    message,
    read,
  };
}

export function errorGroup(told: ObservedError): ErrorGroup {
  const nowhere = { volunteer: "", task: -1, node: -1, partition: -1, first: -1, last: -1 };
  return { message: "", traceback: "", ...nowhere, ...told };
}

export function stored(told: ObservedStore): Stored {
  return { there: 0, size: 0, held: 0, holders: {}, ...told };
}
