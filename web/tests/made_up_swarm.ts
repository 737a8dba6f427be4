import type {
  Observation,
  ObservedAttempt,
  ObservedJob,
  ObservedNode,
  ObservedVolunteer,
} from "../src/wire/messages.ts";

/**
 * A swarm that nobody runs, for tests, pictures and the benchmark of the console: any number of volunteers and tasks,
 * the same every time for the same numbers.
 *
 *     const swarm = new MadeUpSwarm({ volunteers: 200, tasks: 2000 });
 *     store.apply(swarm.whole());
 *     store.apply(swarm.step());    // a quarter of a second later
 */
export class MadeUpSwarm {
  readonly job = "j1";
  readonly #volunteers: ObservedVolunteer[];
  readonly #attempts: ObservedAttempt[];
  readonly #nodes: readonly ObservedNode[];
  readonly #random: () => number;
  readonly #tasks: number;
  #now = 0;
  #next = 0;

  /** `tasks` attempts are there, of which two a volunteer go on. */
  constructor({ volunteers, tasks }: { volunteers: number; tasks: number }) {
    this.#random = randomly(volunteers * 7919 + tasks);
    this.#tasks = tasks;
    this.#nodes = wordCount(Math.ceil(tasks * 1.25));
    const turns = volunteers === 0 ? 0 : Math.ceil(tasks / volunteers);
    this.#now = 2000 + turns * TURN;
    this.#volunteers = Array.from({ length: volunteers }, (_, index) => this.#volunteer(index));
    const count = volunteers === 0 ? 0 : tasks;
    const done = Math.max(0, count - Math.min(2 * volunteers, Math.ceil(count / 2)));
    this.#attempts = Array.from({ length: count }, (_, index) => this.#attempt(index, index < done));
    this.#next = done;
  }

  /** All that there is, as a fresh observation of the job in detail. */
  whole(): Observation {
    return {
      type: "Observation",
      now: this.#now,
      fresh: true,
      job: this.#tasks > 0 ? this.job : "",
      volunteers: this.#volunteers,
      jobs: this.#tasks > 0 ? [this.#summary(), ...PAST_JOBS] : [],
      stores: this.#tasks > 0 ? [this.#store()] : [],
      nodes: [...this.#nodes],
      progress: this.#progress(),
      attempts: [...this.#attempts],
      errors: this.#tasks > 0 ? [AN_ERROR] : [],
    };
  }

  /** What changed in the next quarter of a second: a share of the volunteers, and as many attempts end and begin. */
  step(share = 0.5): Observation {
    this.#now += 250;
    const busy = Math.ceil(this.#volunteers.length * share);
    const attempts: ObservedAttempt[] = [];
    for (let count = 0; count < busy && this.#next < this.#attempts.length; count++) {
      const ended = ending(this.#attempts[this.#next] as ObservedAttempt, this.#now);
      const begun = this.#attempt(this.#attempts.length, false).with(2, ended[2]) as ObservedAttempt;
      this.#attempts[this.#next] = ended;
      this.#attempts.push(begun);
      this.#next += 1;
      attempts.push(ended, begun);
    }
    const first = Math.floor(this.#random() * Math.max(1, this.#volunteers.length));
    const volunteers: ObservedVolunteer[] = [];
    for (let count = 0; count < busy; count++) {
      const index = (first + count) % this.#volunteers.length;
      const volunteer = this.#volunteers[index] as ObservedVolunteer;
      const more = {
        done: (volunteer.done ?? 0) + 1,
        seconds: (volunteer.seconds ?? 0) + 0.25,
        state: "working",
      } as const;
      const told = { ...volunteer, ...more, tasks: [this.#task(index)] };
      this.#volunteers[index] = told;
      volunteers.push(told);
    }
    return {
      type: "Observation",
      now: this.#now,
      job: this.job,
      volunteers,
      attempts,
      jobs: [this.#summary()],
      progress: this.#progress(),
    };
  }

  /** One volunteer closes its tab. */
  loses(index: number): Observation {
    const [gone] = this.#volunteers.splice(index, 1);
    this.#now += 250;
    return { type: "Observation", now: this.#now, job: this.job, gone: [gone?.id ?? ""] };
  }

  #volunteer(index: number): ObservedVolunteer {
    const native = index % 9 === 4;
    const state = (["working", "working", "working", "fetching", "idle", "paused", "finishing"] as const)[index % 7];
    const busy = state === "working" || state === "fetching";
    return {
      id: `p${index + 1}`,
      name: native ? `lab-${index}` : `Tab ${index + 1}`,
      kind: native ? "native" : "tab",
      python: native ? "3.12.1" : "3.14.0",
      state: state ?? "idle",
      slots: native ? 8 : 1 + (index % 4),
      memory: 512e6,
      joined: index * 40,
      ...(busy ? { tasks: [this.#task(index)], assigned: 1 + (index % 3) } : {}),
      blocks: 3 + (index % 11),
      held: Math.round(this.#random() * 40e6),
      done: 4 + (index % 17),
      seconds: 3 + this.#random() * 20,
      rows: Math.round(this.#random() * 1e6),
      direct: index % 5 === 0 ? 0 : Math.round(this.#random() * 90e6),
      relayed: index % 5 < 2 ? Math.round(this.#random() * 9e6) : 0,
    };
  }

  #task(index: number): [string, number, number, number, number, string, number, number] {
    return [
      this.job,
      index,
      0,
      4,
      index,
      "reduceByKey at cell 3:4",
      this.#now - 400,
      index % 7 === 3 ? -1 : this.#now - 300,
    ];
  }

  #attempt(index: number, done: boolean): ObservedAttempt {
    const who = index % this.#volunteers.length;
    const turn = Math.floor(index / this.#volunteers.length);
    const stage = index % 4 === 3 ? 1 : 0;
    const heavy = index % 97 === 7;
    const lost = done && index % 120 === 60;
    const failed = done && index % 89 === 30;
    const seconds = (0.5 + this.#random()) * (heavy ? 4 : 1);
    const fetching = 0.05 + this.#random() * 0.4;
    const assigned = done
      ? turn * TURN + Math.round(this.#random() * 300)
      : this.#now - 50 - Math.round(this.#random() * 700);
    const started = assigned + Math.round(fetching * 1000 + this.#random() * 200);
    const runs = done || started < this.#now;
    const finished = Math.min(this.#now, started + Math.round(seconds * 1000) + 60);
    const reason =
      index % 61 === 11 ? "recomputed" : index % 83 === 5 ? "speculative" : index % 71 === 9 ? "retry" : "first";
    return [
      index,
      reason === "first" ? 0 : 1,
      lost ? `p${this.#volunteers.length + 1}` : `p${who + 1}`,
      stage,
      stage === 0 ? 2 : 4,
      index,
      1,
      reason,
      assigned,
      runs ? started : -1,
      done ? finished : -1,
      runs ? fetching : -1,
      done ? seconds : -1,
      Math.round(this.#random() * 2e6),
      Math.round(2000 * (heavy ? 8 : 1 + this.#random())),
      Math.round(60e3 * (heavy ? 8 : 1 + this.#random())),
      done ? (failed ? "failed" : lost ? "lost" : "done") : "open",
      failed ? 1 : -1,
      "",
      Math.round(3e6 * (heavy ? 8 : 1 + this.#random())),
    ];
  }

  #counts() {
    const done = this.#attempts.filter((attempt) => attempt[16] === "done").length;
    return { done, running: this.#attempts.filter((attempt) => attempt[16] === "open").length };
  }

  #summary(): ObservedJob {
    const { done, running } = this.#counts();
    const total = Math.max(done, this.#nodes[0]?.partitions ?? 0);
    const first = Math.floor((total * 3) / 4);
    return {
      id: this.job,
      application: "a1",
      state: "running",
      action: "collect",
      submitted: 0,
      program: "Class 3b counts words",
      call_site: "cell 3:6",
      done,
      total,
      running,
      left: 42_000,
      stages: [
        [0, 2, first, Math.min(first, done), running, 12_000],
        [1, 4, total - first, Math.max(0, done - first), 0, -1],
      ],
      attempts: done + running,
      retries: 2,
      speculative: 1,
      recomputed: 3,
      failed: 1,
      waiting_for: this.#volunteers.length === 0 ? "volunteers" : "",
      bytes: { direct: 91e6, relayed: 3e6, inline: 12e3 },
    };
  }

  #progress(): [
    number,
    "waiting" | "running" | "done" | "stored" | "skipped",
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ][] {
    if (this.#tasks === 0) return [];
    const { done, running } = this.#counts();
    const planned = this.#nodes[0]?.partitions ?? 0;
    return [
      [0, "skipped", 0, 0, 0, 0, 0, 0, 0],
      [1, "stored", 0, 0, 0, 0, 0, 0, 0],
      [2, "running", planned, Math.min(planned, done), running, done, 3, 1, done * 1200],
      [3, "running", planned, Math.min(planned, done), running, done, 3, 1, done * 1200],
      [4, "waiting", 12, 0, 0, 0, 0, 0, 0],
      [5, "waiting", 12, 0, 0, 0, 0, 0, 0],
    ];
  }

  #store() {
    const holders = Object.fromEntries([1, 2, 3].map((number) => [`p${number}`, 10 * number]));
    return {
      application: "a1",
      node: 1,
      name: "the corpus",
      call_site: "cell 1:2",
      partitions: 64,
      level: "MEMORY_ONLY_2",
      there: 61,
      size: 41e6,
      held: 80e6,
      holders,
    };
  }
}

function ending(attempt: ObservedAttempt, now: number): ObservedAttempt {
  const started = attempt[9] < 0 ? attempt[8] + 40 : attempt[9];
  return attempt
    .with(9, started)
    .with(10, Math.max(now, started))
    .with(11, 0.03)
    .with(12, Math.max(0, (now - started) / 1000))
    .with(16, "done") as ObservedAttempt;
}

function wordCount(partitions: number): ObservedNode[] {
  if (partitions === 0) return [];
  return [
    {
      id: 0,
      name: "textFile",
      operator: "TextLines",
      kind: "source",
      partitions,
      stage: 0,
      call_site: "cell 1:1",
      code: 'sc.textFile("corpus")',
    },
    {
      id: 1,
      name: "filter",
      operator: "Filter",
      kind: "narrow",
      partitions,
      stage: 0,
      call_site: "cell 1:2",
      code: "lines.filter(bool).cache()",
      parents: [[0, -1]],
      storage: "MEMORY_ONLY_2",
      sink: true,
    },
    {
      id: 2,
      name: "flatMap",
      operator: "FlatMap",
      kind: "narrow",
      partitions,
      stage: 0,
      call_site: "cell 3:2",
      code: "words = corpus.flatMap(str.split)",
      parents: [[1, -1]],
    },
    {
      id: 3,
      name: "map",
      operator: "Map",
      kind: "narrow",
      partitions,
      stage: 0,
      call_site: "cell 3:3",
      code: "pairs = words.map(lambda word: (word, 1))",
      parents: [[2, -1]],
      sink: true,
    },
    {
      id: 4,
      name: "reduceByKey",
      operator: "Shuffled",
      kind: "shuffle",
      partitions: 12,
      stage: 1,
      call_site: "cell 3:4",
      code: "pairs.reduceByKey(operator.add)",
      parents: [[3, 7]],
    },
    {
      id: 5,
      name: "mapValues",
      operator: "MapValues",
      kind: "narrow",
      partitions: 12,
      stage: 1,
      call_site: "cell 3:6",
      code: "counts.mapValues(str).collect()",
      parents: [[4, -1]],
      target: true,
      sink: true,
    },
  ];
}

const AN_ERROR = {
  id: 1,
  kind: "raised",
  type_name: "ZeroDivisionError",
  line: "cell 3:3",
  count: 4,
  message: "division by zero",
  traceback: "Traceback (most recent call last):\n  cell 3, line 3, in <lambda>\nZeroDivisionError: division by zero",
  volunteer: "p2",
  task: 30,
  node: 3,
  partition: 30,
  first: 4000,
  last: 9000,
};

const PAST_JOBS: ObservedJob[] = [
  {
    id: "j0",
    application: "a1",
    state: "done",
    action: "count",
    submitted: 1000,
    ended: 4200,
    call_site: "cell 2:1",
    done: 64,
    total: 64,
  },
  {
    id: "j2",
    application: "a2",
    state: "failed",
    action: "collect",
    submitted: 9000,
    ended: 9900,
    program: "stats.py",
    call_site: "stats.py:14",
    done: 3,
    total: 8,
    error: "TaskFailed: ValueError at stats.py:9",
  },
];

/** Milliseconds from one task of a volunteer to the next. */
const TURN = 1900;

/** Numbers in [0, 1) that come the same every time (a linear congruential generator, modulus 2^31, multiplier small enough for a double). */
function randomly(seed: number): () => number {
  let state = seed % 2 ** 31;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 31;
    return state / 2 ** 31;
  };
}
