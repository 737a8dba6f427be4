import type { Finding, Measure } from "../console/jobs/skew.ts";
import type { Mark, Part } from "../console/jobs/timeline_layout.ts";
import type { Attempt, GraphNode, Progress } from "../console/observation/shapes.ts";
import { aboutTime, counted, inDigits, inTime, listed } from "./amounts.ts";

/** What the views Jobs and Storage say, and a finished job's report. */
export const jobs = {
  heading: "Jobs",
  none: "No job has run yet",
  noneMore: "A cell with an action, such as collect() or count(), starts one.",
  running: "Running",
  past: (count: number) => `Over (${count})`,
  more: (count: number) => `Show ${inDigits(count)} more`,
  stripLabel: "Jobs at a glance",
  toJobs: "All jobs",
  nothingRuns: "No job runs.",
  states: { running: "Running", done: "Done", failed: "Failed", cancelled: "Cancelled" } as Record<string, string>,
  title: (action: string, callSite: string) => (callSite ? `${action} at ${callSite}` : action),
  tasks: (done: number, total: number) => `${inDigits(done)} of ${counted(total, "task")}`,
  runningTasks: (running: number) => `${running} running`,
  left: (milliseconds: number) => `${aboutTime(milliseconds)} left`,
  progress: "Progress",
  took: (milliseconds: number) => `took ${inTime(milliseconds)}`,
  since: (milliseconds: number) => `for ${inTime(milliseconds)}`,
  waiting: (what: string) =>
    what === "volunteers"
      ? "Waits for a volunteer: none is here. Share the invite link, or add a tab."
      : `Waits for ${what}.`,
  back: "All jobs",
  gone: "This job is not known any more",
  goneMore: "The coordinator keeps the newest jobs of a swarm only. Its report, if you saved one, has all of it.",
  looking: "Looking at the job …",
  cancel: "Cancel job …",
  cancelAsk: "The job ends without an answer, and what it has computed so far is dropped.",
  cancelYes: "Cancel the job",
  cancelNo: "Let it run",
  saveReport: "Save report",
  reportName: (id: string) => `tabswarm-job-${id}.html`,

  stages: "Stages",
  stage: (stage: number) => `Stage ${stage}`,
  stageSkipped: "skipped: what it would compute is there already",
  stageWaits: "waits for what comes before it",

  facts: {
    label: "In figures",
    attempts: "Attempts",
    direct: "Moved directly",
    relayed: "Relayed",
    inline: "In messages",
    failed: "Failed",
    speculative: "Second attempts",
    retries: "Retries",
    recomputed: "Computed again",
  },

  again: (left: readonly string[], partitions: number, where: readonly string[]) => {
    const cause =
      left.length === 0 ? "Blocks were lost" : left.length === 1 ? `${left[0]} left` : `${listed(left)} left`;
    return `${cause}: ${counted(partitions, "partition")} of ${listed(where)} ${partitions === 1 ? "was" : "were"} computed again.`;
  },
  leftOnly: (left: readonly string[]) =>
    `${listed(left)} left while computing; what ${left.length === 1 ? "it" : "they"} had begun was begun again elsewhere.`,
  speculation: (attempts: number, wins: number) =>
    `${counted(attempts, "slow task")} ${attempts === 1 ? "was" : "were"} started a second time elsewhere; ${wins === 0 ? "no second attempt was" : `${wins} of the second attempts ${wins === 1 ? "was" : "were"}`} faster.`,
  nothingLost: "Nothing was lost, and nothing was computed twice.",

  graph: "Graph",
  graphLabel: "The job's graph: data flows from top to bottom",
  graphTooLarge: (nodes: number) => `The graph has ${inDigits(nodes)} nodes: too many to draw.`,
  graphByStage: "A long program: each box is a stage, named by its last step.",
  graphHint: "Choose a box to see its line of code.",
  kinds: { source: "source", narrow: "", shuffle: "shuffle" } as Record<GraphNode["kind"], string>,
  nodeStates: {
    waiting: "waiting",
    running: "running",
    done: "done",
    stored: "was there",
    skipped: "skipped",
  } as Record<Progress["state"], string>,
  cached: "cached",
  result: "result",
  written: "written",
  graphLegend: [
    ["source", "source: data comes in"],
    ["narrow", "same partitions as its parent"],
    ["shuffle", "shuffle: records change places"],
    ["sink", "sink: written as blocks"],
    ["cached", "cached"],
    ["stored", "was there already"],
    ["skipped", "skipped"],
  ] as const,
  partitions: (done: number, planned: number) => `${inDigits(done)}/${inDigits(planned)}`,
  atLine: (callSite: string) => `at ${callSite}`,
  nodesOf: (count: number) => counted(count, "step"),
  noLine: "Where it was written is not known.",
  openLine: "Show the line in the notebook",
  nodeFacts: {
    operator: "Operator",
    partitions: "Partitions",
    done: "Computed",
    rows: "Rows out",
    again: "Computed again",
    storage: "Storage",
    stage: "Stage",
  },

  timeline: "Timeline",
  timelineLabel: "What each volunteer did, over time",
  timelineNone: "No task has been given to a volunteer yet.",
  timelineHint: "Point at a bar, or choose a row and step through its tasks with the arrow keys.",
  allVolunteers: (count: number) => `Show all ${inDigits(count)} volunteers`,
  fewerVolunteers: "Show fewer",
  folded: (attempts: number) =>
    `${counted(attempts, "more attempt")} ${attempts === 1 ? "is" : "are"} counted, and not drawn.`,
  parts: { fetch: "fetch", wait: "wait", run: "run", send: "send" } as Record<Part, string>,
  marks: {
    retry: "retry",
    speculative: "second attempt",
    recomputed: "computed again",
    failed: "failed",
    lost: "volunteer left",
    cancelled: "taken back",
  } as Record<Mark, string>,
  row: (name: string, attempts: number) => `${name}: ${counted(attempts, "attempt")}`,
  hasLeft: (name: string) => `${name} (left)`,
  outcomes: {
    open: "goes on",
    done: "done",
    failed: "failed",
    unfetched: "a source could not be had",
    lost: "its volunteer left",
    cancelled: "taken back",
  } as Record<Attempt["outcome"], string>,
  reasons: {
    first: "first attempt",
    retry: "retry",
    speculative: "second attempt, because the first was slow",
    recomputed: "computes again what was lost",
  } as Record<Attempt["reason"], string>,
  at: (node: string, partition: number, partitions: number) =>
    partitions > 1 ? `${node}, ${partitions} partitions from ${partition} on` : `${node}, partition ${partition}`,
  partTook: (part: string, milliseconds: number) => `${part} ${inTime(milliseconds)}`,
  rowsOut: (rows: number, bytes: string) => `${counted(rows, "row")}, ${bytes} written`,
  fetchedBytes: (bytes: string) => `${bytes} fetched`,

  skew: "Spread",
  skewNone: "Figures come with the first tasks that are done.",
  measures: { seconds: "Time", rows: "Rows", read: "Read", written: "Written" } as Record<Measure, string>,
  five: ["Least", "Quarter", "Median", "Three quarters", "Most"],
  skewOf: (node: string, tasks: number) => `${node} (${counted(tasks, "task")})`,
  even: (ratio: number) =>
    ratio < 2
      ? "Evenly spread: none takes twice the median."
      : `The longest takes ${ratio.toFixed(1)} times the median.`,
  finding: (found: Finding, volunteer: string) => {
    const head = `Partition ${found.partition} takes ${times(found.times)} the median (${inTime(found.seconds * 1000)}, median ${inTime(found.median * 1000)})`;
    if (found.cause === "rows")
      return `${head}: it has ${times(found.rows)} the rows of the usual one. Keys that spread better, or more partitions, would even it out.`;
    if (found.cause === "volunteer")
      return `${head} with about as many rows as the others: ${volunteer} is slower than the other volunteers, or busy with something else.`;
    return `${head} with about as many rows as the others: some of its records take longer.`;
  },

  errors: "Errors",
  errorCount: (count: number) => `${inDigits(count)} ×`,
  errorWhere: (volunteer: string, partition: number) =>
    partition < 0 ? `first on ${volunteer}` : `first on ${volunteer}, partition ${partition}`,
  traceback: "Traceback",
  errorKinds: {
    raised: "",
    not_serialisable: "what it gave cannot be sent",
    cannot_compile: "its code does not compile there",
    code_refused: "its code was refused",
    timeout: "took too long",
    worker_died: "its worker died",
    out_of_memory: "out of memory",
    url_unavailable: "a web page could not be had",
    url_closed_to_tabs: "a web page is closed to browser tabs",
  } as Record<string, string>,

  output: "Task output",
  outputCut: "Earlier output is not kept.",
  outputFrom: (volunteer: string, partition: number) =>
    partition < 0 ? volunteer : `${volunteer}, partition ${partition}`,

  attempts: "All attempts",
  attemptColumns: ["Task", "Partition", "Volunteer", "Why", "Fetch", "Run", "Rows", "Written", "Outcome"],

  report: {
    title: (job: string) => `Job ${job}`,
    made: (when: string) => `Saved ${when} by tabswarm. Times are from the job's start.`,
    program: "Program",
    over: (swarm: string) => `Swarm: ${swarm}`,
  },
};

export const storage = {
  heading: "Storage",
  none: "No RDD is kept",
  noneMore:
    "cache() or persist() keeps what an RDD computes on the volunteers, so that the next job need not compute it again.",
  there: (there: number, partitions: number) => `${inDigits(there)} of ${counted(partitions, "partition")}`,
  size: "Size",
  copies: "With copies",
  level: "Level",
  holders: "Held by",
  holder: (name: string, blocks: number) => `${name}: ${counted(blocks, "block")}`,
  moreHolders: (count: number) => `and ${counted(count, "other volunteer")}`,
  missing: "What is not there is computed when a job needs it.",
};

function times(ratio: number): string {
  return ratio < 1.5 ? "about" : `${ratio < 9.5 ? Math.round(ratio) : inDigits(ratio)} times`;
}
