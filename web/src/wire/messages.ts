// Written by `python -m tabswarm.wire.typescript` from src/tabswarm/wire/messages.py and blocks.py; do not edit.
// biome-ignore-all format: generated
// biome-ignore-all lint: generated

export const PROTOCOL = 1;
export const HELLO_LIMIT = 1024;
export const MESSAGE_LIMIT = 33554432;
export const INLINE_LIMIT = 16384;
export const OUTPUT_LIMIT = 262144;
export const SIGNAL_LIMIT = 16384;
export const CELLS_LIMIT = 1000;
export const CELL_SOURCE_LIMIT = 262144;
export const CELL_OUTPUTS_LIMIT = 1048576;
export const CELL_ACTIONS_LIMIT = 262144;
export const NOTEBOOK_LIMIT = 16777216;
export const TITLE_LIMIT = 120;
export const INVITATION_LIMIT = 2000;
export const FRAME_HEADER = 5;
export const FRAME_LIMIT = 65536;
export const INITIAL_CREDIT = 262144;
export const RELAY_LIMIT = 4194304;
export const STREAM_LIMIT = 64;

/** What a `Signal` is: W3C's words, and the end of an attempt. */
export type SignalKind = "offer" | "answer" | "candidate" | "end";

/** What a block holds: the records of one partition of a node, or what one map partition wrote for a shuffle. */
export type BlockKind = "rdd" | "map";

/** Whom a failed attempt counts against. */
export type FailureKind = "raised" | "not_serialisable" | "cannot_compile" | "code_refused" | "timeout" | "worker_died" | "out_of_memory" | "url_unavailable" | "url_closed_to_tabs";

/**
 * What a volunteer is about. `fetching` has tasks and runs none yet; a `paused` one offers no slot; a `resting` one
 * is given no work for a while, because it came and went too often or had damaged blocks.
 */
export type VolunteerState = "working" | "fetching" | "idle" | "paused" | "finishing" | "resting";

/** Where a node's records come from: outside, the same partitions of its parents, or a shuffle. */
export type NodeKind = "source" | "narrow" | "shuffle";

/**
 * How far a node is. What is `stored` was there when the job began (persisted, or an earlier job's shuffle), and
 * was read; what only that would have needed is `skipped`.
 */
export type NodeState = "waiting" | "running" | "done" | "stored" | "skipped";

/**
 * Why an attempt at a task was made: it was the first, one before it came to nothing, one was too slow, or it makes
 * again what had been there and was lost.
 */
export type AttemptReason = "first" | "retry" | "speculative" | "recomputed";

/**
 * What came of an attempt. `unfetched`: a source could not be had; `lost`: the volunteer left; `cancelled`: it was
 * taken back, because another attempt was first, a source was lost, a free volunteer took it, or the job ended.
 */
export type Outcome = "open" | "done" | "failed" | "unfetched" | "lost" | "cancelled";

/** The first byte of every frame. */
export const FrameType = { REQUEST: 1, ITEM: 2, DATA: 3, CREDIT: 4, END: 5, REFUSED: 6, CANCEL: 7 } as const;
export type FrameType = (typeof FrameType)[keyof typeof FrameType];

/** The codes that tabswarm closes with. */
export const CloseCode = { NORMAL: 1000, GOING_AWAY: 1001, GONE: 1006, TOO_BIG: 1009, BAD_MESSAGE: 4400, UNAUTHENTICATED: 4401, WRONG_ROLE: 4403, UNKNOWN_APPLICATION: 4404, HELLO_TIMEOUT: 4408, REPLACED: 4409, TAKEN_OVER: 4419, SILENT: 4410, TOO_SLOW: 4413, VERSION: 4426, TOO_MANY: 4429, BROKEN: 4500 } as const;
export type CloseCode = (typeof CloseCode)[keyof typeof CloseCode];

/** I am. */
export interface Pong {
  type: "Pong";
  number: number;
}

/** Are you there? A peer that answers no ping for 10 s is taken for gone. */
export interface Ping {
  type: "Ping";
  number: number;
}

/**
 * Signalling between two peers, forwarded by the coordinator with `peer` (to whom) replaced by the sender.
 *
 * `data` is JSON: of an `offer` and an `answer` `{"attempt", "sdp"}`, of a `candidate` `{"attempt", "candidate"}`, of
 * an `end` `{"attempt"}`; the peer that offers makes up the attempt's name. An `end` without data comes from the
 * coordinator: it did not forward the offer.
 */
export interface Signal {
  type: "Signal";
  peer: string;
  kind: SignalKind;
  data?: string; // ""
}

/**
 * All sources of the task are here, and it runs: from now on the loss of a source does not matter to it.
 *
 * For those who look on (-1: not told): its sources have `read` bytes as stored, of which `fetched` came from others;
 * it took `seconds` until all were here, with those of other tasks at the same time.
 */
export interface Started {
  type: "Started";
  task: number;
  attempt: number;
  read?: number; // -1
  fetched?: number; // -1
  seconds?: number; // -1.0
}

/**
 * The task is done and these blocks are in my store. `seconds` is the time from `Started`,
 * `updates` what it added to accumulators.
 */
export interface Finished {
  type: "Finished";
  task: number;
  attempt: number;
  sinks: SinkReport[];
  runs: Run[];
  seconds: number;
  updates?: Update[]; // []
}

/**
 * What the executor wrote to one sink: sizes in bytes as stored, and the root hash over the segments' hashes.
 *
 * `inline` is the block itself where it has one segment of at most 16 KiB, so that a small answer needs no transfer.
 */
export interface SinkReport {
  block: BlockId;
  size: number;
  root: Uint8Array;
  segments?: number; // 1
  records?: number; // 0
  inline?: Uint8Array | null; // null
}

/**
 * The name of one block: whose it is, what it is of, and which attempt at it.
 *
 * `node` is the node's id for a partition and the shuffle's id for a map output. A block that had to be computed again
 * is a new `generation`: readers never mix two generations of one partition.
 */
export type BlockId = [application: string, kind: BlockKind, node: number, partition: number, generation: number];

/**
 * One run of a node x partition, for the ledger: how many records came out, and whether it was cut short
 * (`take`).
 */
export type Run = [node: number, partition: number, records: number, partial: boolean];

/**
 * What the functions of one vertex added to an accumulator: `data` is a block of one record.
 *
 * A later update of the same accumulator and vertex in the same job replaces this one.
 */
export type Update = [accumulator: number, node: number, partition: number, data: Uint8Array];

/** The attempt failed. */
export interface Failed {
  type: "Failed";
  task: number;
  attempt: number;
  failure: Failure;
}

/**
 * Why an attempt at a task failed, as text only (an exception object never leaves the volunteer).
 *
 * `message` holds at most 4 KiB and `traceback` 16 KiB. `line` is the user's own line, `"job.py:12"`, where one is
 * known: the same `type_name` at the same `line` on two volunteers is the program's fault. `volunteer` is whose
 * attempt it was; the scheduler says so, whatever the volunteer did.
 */
export interface Failure {
  kind: FailureKind;
  type_name?: string; // ""
  message?: string; // ""
  traceback?: string; // ""
  node?: number | null; // null
  partition?: number | null; // null
  line?: string; // ""
  volunteer?: string; // ""
}

/**
 * A source could not be had from a holder: it left, has not got the block, or sent other bytes than the hash
 * says.
 */
export interface FetchFailed {
  type: "FetchFailed";
  task: number;
  attempt: number;
  block: BlockId;
  holder: string;
  reason: string;
  corrupt?: boolean; // false
}

/** What a task printed or logged; `stream` is `stdout` or `stderr`. */
export interface Output {
  type: "Output";
  task: number;
  attempt: number;
  stream: string;
  text: string;
  partition?: number; // -1
  dropped?: number; // 0
}

/** My slots or byte budget changed; no slots means that no new task should come. */
export interface Resources {
  type: "Resources";
  slots: number;
  memory: number;
}

/** How others may reach me besides the relay has changed; the words are those of `Hello.capabilities`. */
export interface Capabilities {
  type: "Capabilities";
  words: string[];
}

/** Blocks that I had and have no more (evicted, or found damaged). */
export interface BlocksLost {
  type: "BlocksLost";
  blocks: BlockId[];
}

/** Of the blocks that I was last asked to copy I have these now. */
export interface Copied {
  type: "Copied";
  blocks: BlockId[];
}

/**
 * I am back, right after the Welcome of a new session, and still hold these blocks from the one before. Those that
 * count no more come back in a `DropBlocks`.
 */
export interface Announce {
  type: "Announce";
  blocks: Held[];
}

/** A block that a volunteer still has from an earlier session: its size in bytes and its root hash. */
export type Held = [block: BlockId, size: number, root: Uint8Array];

/**
 * Block bytes that I fetched since the last such message, by application: relayed or direct (files shared with a
 * process of the same host are direct). Told at most once a second, by volunteers and drivers.
 */
export interface BytesMoved {
  type: "BytesMoved";
  application: string;
  relayed?: number; // 0
  direct?: number; // 0
}

/**
 * I am about to go. The coordinator lets go of my tasks at once.
 *
 * With `drain` I finish first: no new task comes, those that run go on to their end, my blocks are copied to others,
 * and then I hear `MayLeave`.
 */
export interface Leaving {
  type: "Leaving";
  reason?: string; // ""
  drain?: boolean; // false
}

/**
 * You are `peer`. `resume` is the secret that proves it when the session has to be taken up again, and on the
 * relay socket. `heard` counts the messages, pings apart, that were taken from you as a driver in all sessions of that
 * secret: what came after them is to be said again.
 *
 * `title` and `message` are what the swarm is for, in its driver's words. In a swarm that is `relay_only` nobody goes
 * straight to another peer; else `ice_servers` help to find a way.
 */
export interface Welcome {
  type: "Welcome";
  peer: string;
  resume: string;
  swarm: string;
  title?: string; // ""
  message?: string; // ""
  application?: string; // ""
  version?: string; // ""
  heard?: number; // 0
  ice_servers?: IceServer[]; // []
  relay_only?: boolean; // false
}

/** A STUN or TURN server by which peers in different networks may find each other; the latter with its user. */
export type IceServer = [url: string, username: string, credential: string];

/**
 * What you asked for cannot be: `code` for programs (a word of `CloseCode`'s or an error's class name),
 * `reason` for people.
 */
export interface Refused {
  type: "Refused";
  code: string;
  reason: string;
  request?: number; // 0
}

/**
 * What opens the blocks of an application that you work for: show `secret` to their holders, and serve your own of
 * that application to nobody who does not show it.
 */
export interface Pass {
  type: "Pass";
  application: string;
  secret: string;
}

/**
 * About peers that are going to be named as holders; told before each is first named, and again when it has
 * changed.
 */
export interface Holders {
  type: "Holders";
  holders: Holder[];
}

/**
 * How a peer that holds blocks may be reached besides the relay; the words are those of its `Hello`.
 *
 * `ticket` is the coordinator's word to the port at `address` that you may ask there; for you alone.
 */
export type Holder = [peer: string, kind: string, name: string, capabilities: string[], host: string, address: string, fingerprint: string, ticket: string];

/** Who may come to your block port, told before they are told where it is, and again when they may no more. */
export interface Visitors {
  type: "Visitors";
  visitors: Visitor[];
}

/** A peer that may ask at your block port with this ticket; without one, it may no more. */
export type Visitor = [peer: string, ticket: string];

/** Code blobs by hash, each sent once a session and application, before the first task that needs it. */
export interface Code {
  type: "Code";
  application: string;
  blobs: Record<string, Uint8Array>;
}

/** Entries of a shuffle's table of map outputs that you do not have yet. */
export interface MapOutputs {
  type: "MapOutputs";
  application: string;
  shuffle: number;
  entries: MapOutput[];
}

/**
 * Where one map output is. A later entry for the same partition replaces this one; `holders` may be empty: it
 * is lost.
 */
export type MapOutput = [partition: number, generation: number, size: number, root: Uint8Array, segments: number, holders: string[]];

/**
 * Run this task. Fetch the blocks at `locations` (and the shuffle's segments) first; `code` are the blobs it
 * needs.
 */
export interface Assign {
  type: "Assign";
  spec: TaskSpec;
  code: string[];
  locations: Location[];
  time_limit?: number; // 0
}

/**
 * Everything a worker needs to run one task, but for the blocks and the code blobs it names.
 *
 * `names` gives each node's name and call site, so that an error can say `reduceByKey at job.py:12`. `stage`,
 * `begun_before` (how many attempts ran before), `barrier` (how many partitions run at the same time, 0 where that
 * is nobody's wish) and `properties` are for the user's functions alone (`TaskContext`).
 */
export interface TaskSpec {
  application: string;
  job: string;
  task: number;
  attempt: number;
  operators: Record<number, Operator>;
  names: Record<number, string>;
  steps: Step[];
  sources: Source[];
  sinks: Sink[];
  stage: number;
  begun_before: number;
  barrier: number;
  properties: Record<string, string>;
}

/**
 * Source: the driver's own values, one source block a partition, pickled by the driver and read by the code
 * reader.
 */
export interface ParallelizeOperator {
  op: "parallelize";
}

/** Source: the numbers of `range(start, stop, step)`, cut into `slices` partitions as PySpark cuts a range. */
export interface RangeOperator {
  op: "range";
  start: number;
  stop: number;
  step: number;
  slices: number;
}

/**
 * Source: one source block of raw bytes a partition, split into lines at LF, CR and CRLF, decoded with
 * `errors="replace"`.
 */
export interface TextLinesOperator {
  op: "textlines";
  use_unicode: boolean;
}

/**
 * Source: one source block a partition that holds records as volunteers' blocks do (a file that somebody saved),
 * read by the record reader.
 */
export interface StoredRecordsOperator {
  op: "storedrecords";
}

/** Source: one source block of raw bytes a partition, cut into records of `length` bytes. */
export interface FixedRecordsOperator {
  op: "fixedrecords";
  length: number;
}

/**
 * Source: one URL a partition, which stands in its source block; the volunteer that computes it fetches it. One
 * record: what the URL gave, as text (bytes that are no UTF-8 as U+FFFD) or as bytes.
 */
export interface FetchOperator {
  op: "fetch";
  use_unicode: boolean;
}

/** `f(record)` for each record. */
export interface MapOperator {
  op: "map";
  f: CodeRef;
}

/**
 * A function slot: the hash of the blob to load, of all blobs (it and its local modules) that loading needs, and
 * the broadcasts that it names.
 */
export type CodeRef = [root: string, blobs: string[], broadcasts: number[]];

/** Each item of `f(record)`. */
export interface FlatMapOperator {
  op: "flatmap";
  f: CodeRef;
}

/** The records for which `f(record)` is true. */
export interface FilterOperator {
  op: "filter";
  f: CodeRef;
}

/** The items of `f(iterator)`. */
export interface MapPartitionsOperator {
  op: "mappartitions";
  f: CodeRef;
}

/** The items of `f(partition, iterator)`. */
export interface MapPartitionsWithIndexOperator {
  op: "mappartitionswithindex";
  f: CodeRef;
}

/** `(key, f(value))`. */
export interface MapValuesOperator {
  op: "mapvalues";
  f: CodeRef;
}

/** `(key, item)` for each item of `f(value)`. */
export interface FlatMapValuesOperator {
  op: "flatmapvalues";
  f: CodeRef;
}

/** The first of each pair. */
export interface KeysOperator {
  op: "keys";
}

/** The second of each pair. */
export interface ValuesOperator {
  op: "values";
}

/** The parents' partitions one after the other; each child partition has one parent partition. */
export interface UnionOperator {
  op: "union";
}

/** The records of several parent partitions, in the parents' order. */
export interface CoalesceOperator {
  op: "coalesce";
}

/** Child `i` of a partition gets the `i % n`-th of `n` contiguous runs of its records, order kept. */
export interface SplitOperator {
  op: "split";
  n: number;
}

/** Pairs of the records of two parents; unequal lengths are an error. */
export interface ZipOperator {
  op: "zip";
}

/** Each pair of a record of the first parent's partition and one of the second's. */
export interface CartesianOperator {
  op: "cartesian";
}

/** A user's RDD: the items of `f(partition, [iterator for each parent partition])`. */
export interface CustomOperator {
  op: "custom";
  f: CodeRef;
}

/** The first `n` records. What stands before it in its task is *partial* when more were there. */
export interface TakeOperator {
  op: "take";
  n: number;
}

/**
 * What a reducer gets from its map outputs, merged in map-partition order by the aggregator of its shuffle
 * dependency.
 */
export interface ShuffledOperator {
  op: "shuffled";
}

/**
 * One node x partition to compute; `inputs` in the order of the node's dependencies.
 *
 * A step whose only input is the stored block of its own node and partition *loads* it: its operator is not applied,
 * and it is no run (a map output is written from a persisted block so).
 */
export type Step = [node: number, partition: number, inputs: Input[]];

/** The records of an earlier step of the same task. */
export type FromStep = [tag: 0, step: number];

/** The records of a block that exists: the task's source of that index. */
export type FromSource = [tag: 1, source: number];

/** The records of one partition of a node, written by a volunteer and read by the record reader. */
export interface BlockSource {
  type: "block";
  block: BlockId;
}

/** The bytes of one partition that the driver holds; the step's operator says how to read them (values, or text). */
export interface DriverSource {
  type: "driver";
  block: BlockId;
  inline: Uint8Array | null;
}

/** A broadcast that the task's functions name: the driver's value, read by the code reader. No step reads it. */
export interface BroadcastSource {
  type: "broadcast";
  block: BlockId;
  inline: Uint8Array | null;
}

/** What a URL gives, fetched by the volunteer that runs the task. `block` names the partition. */
export interface UrlSource {
  type: "url";
  block: BlockId;
  url: string;
}

/**
 * Segment `partition` of each of the map outputs of a shuffle, in map-partition order.
 *
 * The task names the shuffle only; which blocks these are stands in the volunteer's table of map outputs, which the
 * coordinator keeps up to date (whole at first, then as deltas).
 */
export interface ShuffleSource {
  type: "shuffle";
  application: string;
  shuffle: number;
  partition: number;
  map_partitions: number;
  aggregator: Aggregator | null;
  map_side: boolean;
}

/** `combineByKey`'s three functions. Without `create` the first value is itself the combiner (`reduceByKey`). */
export interface CombineValues {
  type: "combine";
  create: CodeRef | null;
  merge_value: CodeRef;
  merge_combiners: CodeRef;
}

/** `groupByKey`: all values of a key, in map-partition order, as one `ResultIterable`. */
export interface GroupValues {
  type: "group";
}

/** Write all records of a step as one block of one segment: a target, a persisted node or a fork. */
export interface PartitionSink {
  type: "rdd";
  step: number;
  block: BlockId;
}

/** Write the records of a step as a map output: a segment for each of the partitioner's partitions. */
export interface MapOutputSink {
  type: "map";
  step: number;
  block: BlockId;
  partitioner: Partitioner;
  aggregator: Aggregator | null;
  map_side: boolean;
}

/** Partition `stable_hash(key) % partitions`; equal on every platform (never `hash()`). */
export interface HashPartitioner {
  type: "hash";
  partitions: number;
}

/** Partition `f(key) % partitions`, with a function of the user's. */
export interface FunctionPartitioner {
  type: "function";
  partitions: number;
  f: CodeRef;
}

/**
 * Where one source block is: who holds it, its size in bytes and its root hash (empty: the driver says it when
 * it serves).
 */
export type Location = [block: BlockId, size: number, root: Uint8Array, holders: string[]];

/** Stop this attempt and forget it; do not report. */
export interface CancelTask {
  type: "CancelTask";
  task: number;
  attempt: number;
}

/** Nobody needs these blocks any more. */
export interface DropBlocks {
  type: "DropBlocks";
  blocks: BlockId[];
}

/** Fetch these blocks and keep them, as one more holder; answer with `Copied`, whatever came of it. */
export interface CopyBlocks {
  type: "CopyBlocks";
  locations: Location[];
}

/**
 * You asked to finish and stop: your tasks are done, and nobody needs you for your blocks any more. `left_behind`
 * counts those that nobody could take over in time; they are computed again where somebody needs them.
 */
export interface MayLeave {
  type: "MayLeave";
  left_behind?: number; // 0
}

/** The application is over: end its workers, drop its blocks and code. */
export interface EndApplication {
  type: "EndApplication";
  application: string;
}

/** What a volunteer shows its person about the application that its tasks belong to. */
export interface JobInfo {
  type: "JobInfo";
  application: string;
  name: string;
  job: string;
  action: string;
}

/** What the swarm is for has changed: its title and message, which the Welcome told first. */
export interface Purpose {
  type: "Purpose";
  title: string;
  message?: string; // ""
}

/**
 * What the swarm computes, for people who have not started yet: the running job that began last, or (`running` is
 * false) the one before. Told after the Welcome and when it changes, every 2 s at most; without a `job` nothing was
 * computed yet.
 *
 * `tasks` are left to do, `source_bytes` is what its sources have as far as is known, `more_code` counts steps
 * beyond those in `code`.
 */
export interface About {
  type: "About";
  application?: string; // ""
  name?: string; // ""
  job?: string; // ""
  action?: string; // ""
  call_site?: string; // ""
  running?: boolean; // false
  code?: CodeLine[]; // []
  more_code?: number; // 0
  tasks?: number; // 0
  source_bytes?: number; // 0
}

/**
 * One step of a job that runs a function of the program's: its name, as `flatMap`; the line that asks for it,
 * `job.py:12`; and the text there, maybe of several lines, maybe cut.
 */
export type CodeLine = [name: string, call_site: string, source: string];

/**
 * Run this job. `request` comes back in the answer; the same `request` again names the same job. `code` holds
 * blobs not sent before. `keep`: its results stay after they were fetched, for whoever attaches.
 */
export interface Submit {
  type: "Submit";
  request: number;
  plan: Plan;
  code: Record<string, Uint8Array>;
  keep?: boolean; // false
}

/**
 * One job. `nodes` lists parents before children; `partitions` of `target` are wanted, in that order.
 *
 * `sources` gives, for each node whose data the driver holds, one `SourceBlock` a partition. `task_timeout` is the
 * number of seconds that one attempt at a task may run; 0: any. `broadcasts` are those that its functions name, by
 * number, with the line that made each; `sources` has one block of each. `everywhere` are those
 * that every task with a function gets (files for tasks).
 * `finish` is what the driver makes of the answer, so that one who attaches later can do the same.
 * `properties` are what the program says of the job (`job_properties.py`), `first_stage` the number of the first of
 * its stages. `max_failures` is how often a task may fail before the job does; 0: the scheduler's own rule, which
 * gives up sooner where the same exception comes again. `barriers` are nodes whose partitions want to run at the same
 * time: their functions are told so, and the driver looks whether there are slots.
 */
export interface Plan {
  application: string;
  nodes: Node[];
  target: number;
  partitions: number[];
  sources: Record<number, SourceBlock[]>;
  action: string;
  call_site: string;
  task_timeout: number;
  finish: Finish;
  properties: Record<string, string>;
  first_stage: number;
  max_failures: number;
  barriers: number[];
  broadcasts: Record<number, string>;
  everywhere: number[];
}

/**
 * One RDD: what it does, with how many partitions, on which parents, and where the user wrote it.
 *
 * `call_site` is the user's own line, `"job.py:12"`, relative to the driver's working directory, and `code` what
 * stands there, where the driver knows. `requires` are words that a volunteer must offer to run it ("native", "tab",
 * "python3.12", or a capability; see `requirements.py`), and `because` says why, for the error where nobody does.
 */
export interface Node {
  id: number;
  operator: Operator;
  partitions: number;
  dependencies?: Dependency[]; // []
  name?: string; // ""
  call_site?: string; // ""
  code?: string; // ""
  storage?: StorageLevel | null; // null
  requires?: string[]; // []
  because?: string; // ""
}

/** Child partition `i` needs parent partition `i`. */
export interface OneToOneDependency {
  dep: "onetoone";
  parent: number;
}

/** Child partitions `out_start .. out_start + length` need parent partitions `in_start ...`, one each (a union). */
export interface SpanDependency {
  dep: "span";
  parent: number;
  in_start: number;
  out_start: number;
  length: number;
}

/** Child partition `i` needs parent partition `i // divisor % modulo` (the two sides of a product, and `split`). */
export interface StridedDependency {
  dep: "strided";
  parent: number;
  divisor: number;
  modulo: number;
}

/** Every child partition needs every parent partition. */
export interface AllPartitionsDependency {
  dep: "allpartitions";
  parent: number;
}

/** Child partition `i` needs the parent partitions `edges[i]`, in that order (coalesce, and users' own RDDs). */
export interface EdgesDependency {
  dep: "edges";
  parent: number;
  edges: number[][];
}

/**
 * Every child partition gets, from each partition of `parent`, the records whose key the partitioner sends there.
 *
 * `shuffle` is the shuffle's own id, from the counter that also gives node ids. With an aggregator and `map_side`,
 * values are put together by key before they travel.
 */
export interface ShuffleDependency {
  dep: "shuffle";
  parent: number;
  shuffle: number;
  partitioner: Partitioner;
  aggregator: Aggregator | null;
  map_side: boolean;
}

/**
 * Where the blocks of a persisted RDD live, and in how many volunteers.
 *
 * A volunteer keeps blocks in memory and moves them to disk past its byte budget on its own account, always as bytes;
 * so of what the user asks for only `replication` changes anything: the number of volunteers that hold each block.
 */
export type StorageLevel = [useDisk: boolean, useMemory: boolean, useOffHeap: boolean, deserialized: boolean, replication: number];

/**
 * One partition of data that the driver holds: its bytes right here if they are few, else by request from the
 * driver.
 *
 * `size` is in bytes. `root` is the block's root hash, or empty where the driver did not read the data yet (a file);
 * bytes that the code reader will read always have one.
 * `url` stands where the driver holds nothing: whoever computes the partition fetches it.
 */
export type SourceBlock = [size: number, root: Uint8Array, inline: Uint8Array | null, url: string];

/** All records, one partition after the other (`collect`). */
export interface ListedFinish {
  as: "listed";
}

/** The sum of the records (`count`, `sum`). */
export interface SummedFinish {
  as: "summed";
}

/** The records put together by `f`; there must be one (`reduce`, `max`, `min`). */
export interface ReducedFinish {
  as: "reduced";
  f: CodeRef;
}

/** The records put together by `op`, beginning with the value `zero` (`fold`, `aggregate`). */
export interface FoldedFinish {
  as: "folded";
  op: CodeRef;
  zero: CodeRef;
}

/** The pairs as a dict (`collectAsMap`). */
export interface MappedFinish {
  as: "mapped";
}

/** The counts of each value added up (`countByValue`, `countByKey`). */
export interface CountedFinish {
  as: "counted";
}

/** Nothing (`foreach`). */
export interface SilentFinish {
  as: "silent";
}

/**
 * The first `num` records, of which `before` holds those that earlier jobs of the same action found, as a block of
 * records. Where these and this job's are fewer, there is nothing more only if the job looked at the `last` partition.
 *
 * `shape` is `list` (`take`), `first` (the record itself) or `empty` (whether there is none).
 */
export interface TakenFinish {
  as: "taken";
  num: number;
  before: Uint8Array;
  last: boolean;
  shape: string;
}

/**
 * Files in a new folder on the driver's own disk, one a partition (`saveAsTextFile`, `saveAsPickleFile`: `call`).
 *
 * `path` is what the user wrote; file names end in `suffix`. Nobody but the driver writes them.
 */
export interface SavedFinish {
  as: "saved";
  path: string;
  suffix: string;
  call: string;
}

/** The pairs as a dict, the values of a key put together by `f` (`reduceByKeyLocally`). */
export interface ReducedByKeyFinish {
  as: "reducedbykey";
  f: CodeRef;
}

/**
 * The `num` largest records in falling order, or the smallest in rising order, by `key` where there is one (`top`,
 * `takeOrdered`).
 */
export interface RankedFinish {
  as: "ranked";
  num: number;
  largest: boolean;
  key: CodeRef | null;
}

/** The records of pairs `(place, record)`, in the order of their places (`takeSample`). */
export interface PlacedFinish {
  as: "placed";
}

/**
 * A figure of `StatCounter`s put together, by the name of its method; all of them where it has no name (`stats`,
 * `mean`, `variance` ...).
 */
export interface FigureFinish {
  as: "figure";
  name: string;
}

/** The counts of each partition added up, and the buckets that they are of, as a block of records. */
export interface HistogramFinish {
  as: "histogram";
  buckets: Uint8Array;
}

/** How many distinct records left these registers of a sketch (`countApproxDistinct`). */
export interface DistinctFinish {
  as: "distinct";
  precision: number;
}

/**
 * A figure of all partitions, from the `StatCounter`s of those that came in time, with its bounds: `count`, `sum`
 * or `mean`.
 */
export interface EstimatedFinish {
  as: "estimated";
  figure: string;
  confidence: number;
}

/**
 * Tell me of this job of the application as you would tell its driver: answered by `Watched` or `Refused`. Watchers
 * may ask, and the notebook's console, which is its driver: it is told again what it was told before.
 */
export interface Watch {
  type: "Watch";
  request: number;
  job: string;
}

/** Stop the job. */
export interface CancelJob {
  type: "CancelJob";
  job: string;
}

/** I have the job's results: its target blocks may go, where they are not kept and nobody else watches the job. */
export interface Fetched {
  type: "Fetched";
  job: string;
}

/**
 * A target block could not be had from a holder: it has not got the block, sent other bytes than the hash says
 * (`corrupt`), or could not be reached for a while. Without a holder: the bytes inside the message were others.
 */
export interface ResultMissing {
  type: "ResultMissing";
  job: string;
  block: BlockId;
  holder: string;
  reason: string;
  corrupt?: boolean; // false
}

/** No handle to these nodes is left in the driver, so what is stored for them may go. */
export interface Release {
  type: "Release";
  nodes: number[];
}

/** Drop the persisted blocks of this node. */
export interface Unpersist {
  type: "Unpersist";
  node: number;
}

/** Tell me of the swarm's jobs. */
export interface ListJobs {
  type: "ListJobs";
  request: number;
}

/**
 * The program is over: cancel its jobs and drop its blocks. The swarm stays. With `keep_results` its jobs go on,
 * and their results stay for a time, for whoever attaches; `MayLeave` says when what they may need of the
 * driver's data is with volunteers.
 */
export interface StopApplication {
  type: "StopApplication";
  keep_results?: boolean; // false
}

/**
 * Show me the swarm from now on, and `job` (of the swarm; empty: none) in detail. Said again with another job it
 * takes the place of what was said before, and all begins anew.
 */
export interface Observe {
  type: "Observe";
  job?: string; // ""
}

/** I do not look any more. */
export interface Unobserve {
  type: "Unobserve";
}

/**
 * Keep these cells, each whole; `order` names all cells of the notebook from top to bottom, and those that it does
 * not name go. Answered by `CellsSaved`.
 */
export interface SaveCells {
  type: "SaveCells";
  request: number;
  cells: Cell[];
  order: string[];
}

/**
 * One cell. `outputs` is what it showed and `actions` which jobs its last run asked for: both are the page's own,
 * and the coordinator reads neither. `id` is the page's too: 1 to 64 characters.
 */
export interface Cell {
  id: string;
  source: string;
  outputs?: Uint8Array; // ""
  actions?: Uint8Array; // ""
}

/** Tell volunteers this of what the swarm is for: a title, and a message of some lines. Answered by `Invitation`. */
export interface SetInvitation {
  type: "SetInvitation";
  title: string;
  message?: string; // ""
}

/**
 * Make a fresh invite link. The one before it lets nobody new in; who came by it stays. Answered by
 * `Invitation`.
 */
export interface RotateInvite {
  type: "RotateInvite";
}

/**
 * Close the invite link, and all before it: who came by one of them has to leave at once. There is none until
 * `RotateInvite` makes another. Answered by `Invitation`.
 */
export interface RevokeInvite {
  type: "RevokeInvite";
}

/** The job runs under this id; `total` tasks for now (a loss adds more). */
export interface Accepted {
  type: "Accepted";
  request: number;
  job: string;
  total: number;
}

/**
 * What a watched job is: the wanted partitions, and what to make of their records, with the code for that.
 * Progress, results and the end follow as for a driver.
 */
export interface Watched {
  type: "Watched";
  request: number;
  job: string;
  action: string;
  call_site: string;
  partitions: number[];
  finish: Finish;
  code: Record<string, Uint8Array>;
}

/** How far a job is, told a few times a second at most. `waiting_for` says what it lacks, or is empty. */
export interface Progress {
  type: "Progress";
  job: string;
  done: number;
  total: number;
  running: number;
  volunteers: number;
  waiting_for?: string; // ""
}

/**
 * What committed tasks of the job added to accumulators, told before any result that they led to. A later update of
 * the same accumulator and vertex replaces an earlier one.
 */
export interface Updates {
  type: "Updates";
  job: string;
  updates: Update[];
}

/** Target partitions that have been committed since the last such message (an action may use them early). */
export interface ResultsReady {
  type: "ResultsReady";
  job: string;
  results: Result[];
}

/** One target partition: its block is `inline`, or at the holders of `location`. */
export type Result = [partition: number, location: Location, inline: Uint8Array | null];

/** All target partitions are committed, and each has been told in a `ResultsReady`. */
export interface JobDone {
  type: "JobDone";
  job: string;
}

/**
 * The job ended without an answer. `error` is a class name of `tabswarm.errors`; causes are the last attempts'
 * failures.
 */
export interface JobFailed {
  type: "JobFailed";
  job: string;
  error: string;
  reason: string;
  causes?: Failure[]; // []
}

/** What one of your tasks printed, with the volunteer and partition it came from. */
export interface TaskOutput {
  type: "TaskOutput";
  job: string;
  volunteer: string;
  partition: number;
  stream: string;
  text: string;
  dropped?: number; // 0
}

/** The answer to `ListJobs`. */
export interface Jobs {
  type: "Jobs";
  request: number;
  jobs: JobReport[];
}

/**
 * One job as `tabswarm jobs --json` shows it. `runs` of a node counts by volunteer. `waiting_for` says what keeps a
 * running job from going on (`volunteers`, or source data by the name of its RDD), and is empty while it goes on.
 * `group`, `description` and `tags` are what the program said of it.
 */
export interface JobReport {
  id: string;
  application: string;
  state: string;
  action: string;
  done: number;
  total: number;
  nodes: NodeReport[];
  bytes: BytesReport;
  volunteers: VolunteerReport[];
  error: string;
  waiting_for: string;
  call_site: string;
  group: string;
  description: string;
  tags: string[];
}

/** The ledger's line for one node: how often its partitions were run, and why. */
export interface NodeReport {
  id: number;
  name: string;
  call_site: string;
  partitions: number;
  first: number;
  recomputed: number;
  speculative: number;
  partial: number;
  runs: Record<string, number>;
}

/** Block bytes a job moved: from peer to peer, through the coordinator, and inside messages. */
export interface BytesReport {
  direct: number;
  relayed: number;
  inline: number;
}

/**
 * What one volunteer did for a job; or, in a list of who is there, for all of them, and how many tasks it takes
 * at once.
 */
export interface VolunteerReport {
  id: string;
  name: string;
  kind: string;
  tasks: number;
  slots?: number; // 0
}

/** Who is in the swarm now; told to drivers when it changes, once a second at most. */
export interface Volunteers {
  type: "Volunteers";
  volunteers: VolunteerReport[];
  slots: number;
}

/**
 * What has changed in the swarm since the last one, or (`fresh`) all of it: then forget what you had. `now` is the
 * coordinator's clock in milliseconds, by which all times go.
 *
 * Each thing replaces the one with the same id: `volunteers`, `jobs`, and `stores` by (application, node); `gone`,
 * `forgotten` and `dropped` are those that are no more. The rest is of the job that you observe and which is named in
 * `job` (empty: there is no such job, or it was forgotten): the `nodes` of its graph, once, and their `progress`; its
 * `attempts` by (task, attempt), `errors` by id, and what is only counted of it by stage, `folded`.
 * `more`: what is to be told does not fit into this one, and follows.
 */
export interface Observation {
  type: "Observation";
  now: number;
  fresh?: boolean; // false
  job?: string; // ""
  volunteers?: ObservedVolunteer[]; // []
  gone?: string[]; // []
  jobs?: ObservedJob[]; // []
  forgotten?: string[]; // []
  stores?: ObservedStore[]; // []
  dropped?: ([string, number])[]; // []
  nodes?: ObservedNode[]; // []
  progress?: NodeProgress[]; // []
  attempts?: ObservedAttempt[]; // []
  errors?: ObservedError[]; // []
  folded?: FoldedAttempts[]; // []
  more?: boolean; // false
}

/**
 * One volunteer. `blocks` and `held` are what it holds (number, bytes) and `memory` the bytes that it has room for;
 * `done`, `failed`, `seconds` and `rows` are of its attempts so far, `direct` and `relayed` the bytes that it fetched
 * from other peers and through the coordinator. `tasks` are at most 16 of the `assigned` that it has now.
 */
export interface ObservedVolunteer {
  id: string;
  name: string;
  kind: string;
  python: string;
  state: VolunteerState;
  slots: number;
  memory: number;
  joined: number;
  tasks?: ObservedTask[]; // []
  assigned?: number; // 0
  blocks?: number; // 0
  held?: number; // 0
  done?: number; // 0
  failed?: number; // 0
  seconds?: number; // 0.0
  rows?: number; // 0
  direct?: number; // 0
  relayed?: number; // 0
}

/**
 * A task that a volunteer has now: of which job, the node and partition that it ends with, the node in words
 * (`reduceByKey at job.py:12`), and when it was assigned and started.
 */
export type ObservedTask = [job: string, task: number, attempt: number, node: number, partition: number, title: string, assigned: number, started: number];

/**
 * One job, running or over. `state` is `running`, `done`, `failed` or `cancelled`; `waiting_for` says what keeps a
 * running one from going on.
 *
 * `stages` come parents first; those without a task have nothing to do (skipped). `left` is known only when it is for
 * every stage that is not done. The counts are of attempts: all that were assigned, and how many of these were
 * retries, speculative, or made what was lost again; and how many failed by an error.
 */
export interface ObservedJob {
  id: string;
  application: string;
  state: string;
  action: string;
  submitted: number;
  program?: string; // ""
  call_site?: string; // ""
  group?: string; // ""
  description?: string; // ""
  tags?: string[]; // []
  ended?: number; // -1
  done?: number; // 0
  total?: number; // 0
  running?: number; // 0
  stages?: ObservedStage[]; // []
  left?: number; // -1
  waiting_for?: string; // ""
  error?: string; // ""
  attempts?: number; // 0
  retries?: number; // 0
  speculative?: number; // 0
  recomputed?: number; // 0
  failed?: number; // 0
  bytes?: BytesReport; // {"direct": 0, "relayed": 0, "inline": 0}
}

/**
 * The tasks that end in one stage of a job (the nodes between shuffles). `node` is the stage's last. `tasks` are
 * all that there are now (a loss adds more), of which so many are `done`, and `running` (assigned and started).
 *
 * `left` is how many milliseconds the rest will take, by the tasks that are done and those that run: -1 until enough
 * are done to tell, and while none runs.
 */
export type ObservedStage = [stage: number, node: number, tasks: number, done: number, running: number, left: number];

/**
 * A persisted node of a running application, known by (`application`, `node`): `there` of its partitions are
 * stored, in `size` bytes counted once; `held` counts copies too. `holders` has the number of blocks by volunteer.
 */
export interface ObservedStore {
  application: string;
  node: number;
  name: string;
  call_site: string;
  partitions: number;
  level: string;
  there?: number; // 0
  size?: number; // 0
  held?: number; // 0
  holders?: Record<string, number>;
}

/**
 * One RDD of the observed job's graph; told once. `operator` is its class in words (`FlatMap`), `call_site` the
 * user's line (`job.py:12`) and `code` what stands there, where that is known. `storage` is the level at which it is
 * persisted. A `target` is what the action wants; a `sink` is written as blocks (target, persisted, the map side of a
 * shuffle).
 */
export interface ObservedNode {
  id: number;
  name: string;
  operator: string;
  kind: NodeKind;
  partitions: number;
  stage?: number; // -1
  call_site?: string; // ""
  code?: string; // ""
  parents?: ObservedParent[]; // []
  storage?: string; // ""
  target?: boolean; // false
  sink?: boolean; // false
}

/** A node that another reads, through a shuffle of this number (-1: through a narrow dependency). */
export type ObservedParent = [node: number, shuffle: number];

/**
 * How far a node of the observed job is. `planned` partitions are to be computed (fewer than it has where the
 * others are stored or not wanted), `done` were, in `runs` runs of which so many were `recomputed` or `speculative`;
 * `rows` came out of those that counted them: the last of a task's steps always does, one in its middle may not.
 */
export type NodeProgress = [node: number, state: NodeState, planned: number, done: number, running: number, runs: number, recomputed: number, speculative: number, rows: number];

/**
 * One attempt at a task, known by (`task`, `attempt`). `node` and `partition` are what it ends with; small
 * partitions share a task, so it may have several `partitions`.
 *
 * It was `assigned`, then fetched its sources for `fetching` seconds as the volunteer says, waited for a free worker,
 * `started`, computed for `seconds` as the volunteer says, sent its report, and was `finished`. Seconds are -1 where
 * nobody told. Its sources have `read` bytes, of which it fetched `fetched` from others (-1: not told); it wrote
 * `rows` rows in `written` bytes. `error` is the id of its `ObservedError`, or -1.
 */
export type ObservedAttempt = [task: number, attempt: number, volunteer: string, stage: number, node: number, partition: number, partitions: number, reason: AttemptReason, assigned: number, started: number, finished: number, fetching: number, seconds: number, fetched: number, rows: number, written: number, outcome: Outcome, error: number, message: string, read: number];

/**
 * Failures of the observed job with the same `kind`, exception and line, as one: how many, and the first of them in
 * full.
 */
export interface ObservedError {
  id: number;
  kind: string;
  type_name: string;
  line: string;
  count: number;
  message?: string; // ""
  traceback?: string; // ""
  volunteer?: string; // ""
  task?: number; // -1
  node?: number; // -1
  partition?: number; // -1
  first?: number; // -1
  last?: number; // -1
}

/**
 * Attempts of one stage of the observed job that are counted only, because too many are listed already: how many,
 * and what those that are done add up to.
 */
export type FoldedAttempts = [stage: number, attempts: number, done: number, failed: number, seconds: number, rows: number, written: number];

/**
 * The notebook, told to its console right after the Welcome (whose `application` is the notebook's): the cells in
 * their order.
 *
 * `next_node` is above every id of a node, broadcast or shuffle and `next_request` above every `Submit.request` that
 * the application has seen. A console's Python starts its own there: a stored block is then never taken for another
 * one's, nor a job for an earlier one.
 */
export interface Notebook {
  type: "Notebook";
  cells: Cell[];
  next_node: number;
  next_request: number;
}

/** The cells of that request are kept; or, where `refused` says why not, all is as it was before. */
export interface CellsSaved {
  type: "CellsSaved";
  request: number;
  refused?: string; // ""
}

/**
 * How volunteers are invited now, told after the Welcome and when it changes. `link` is empty after a revocation
 * (and in a swarm without an address).
 */
export interface Invitation {
  type: "Invitation";
  link: string;
  title: string;
  message?: string; // ""
}

/** Make a swarm of that title. Answered by `SwarmMade` or `Refused`. */
export interface NewSwarm {
  type: "NewSwarm";
  request: number;
  title: string;
}

/** A fresh swarm, which shares nothing with any other. Both links are told here and never again. */
export interface SwarmMade {
  type: "SwarmMade";
  request: number;
  swarm: string;
  driver_link: string;
  invite_link: string;
}

/** All swarms, told after the Welcome and when that changes, once a second at most. */
export interface Swarms {
  type: "Swarms";
  swarms: SwarmReport[];
}

/** One swarm as its operator sees it. `jobs` run now, `finished` are over. */
export interface SwarmReport {
  id: string;
  title: string;
  volunteers: number;
  slots: number;
  drivers: number;
  jobs: number;
  finished: number;
}

/**
 * Who I am. `role` is `volunteer`, `driver` or `operator`; `kind` is `tab`, `native`, `library`, `console`, `cli`
 * or `operator`.
 *
 * `resume` is the secret of an earlier session of this peer, which takes up where that one broke off. `socket` is
 * `control`, or `relay` for the second socket, which then names the peer's session by its `resume` secret.
 *
 * How others may reach me besides the relay: `capabilities` are words (`webrtc`, `tcp`, `files`), `host` is a random
 * id of the machine, its boot and user (the same for all processes of one host), `address` is `HOST:PORT` of a TLS
 * port for blocks, and `fingerprint` the sha256 of its certificate.
 *
 * A driver that names an `application` of its swarm takes over from the session that has it now, or with `watch` looks
 * on only: it may watch the application's jobs and stop them, and takes nothing from the program that runs them.
 * A console names `notebook` (`wire/console_messages.py`).
 */
export interface Hello {
  type: "Hello";
  token: string;
  role: string;
  protocol: number;
  version: string;
  python: string;
  kind: string;
  socket?: string; // "control"
  name?: string; // ""
  slots?: number; // 0
  memory?: number; // 0
  resume?: string; // ""
  application?: string; // ""
  watch?: boolean; // false
  capabilities?: string[]; // []
  host?: string; // ""
  address?: string; // ""
  fingerprint?: string; // ""
}

/**
 * The body of REQUEST. `holder` is who should serve it; towards the holder the coordinator puts the requester
 * there. `passes` are those of the items' applications, without which nothing is served.
 */
export interface Request {
  holder: string;
  items: Wanted[];
  passes: Record<string, string>;
}

/** One block, and which of its segments (None: all). */
export type Wanted = [block: BlockId, segments: number[] | null];

/**
 * The body of ITEM: which of the wanted items follows, the sizes of the segments sent, and the hashes of all of
 * the block's.
 */
export interface Item {
  index: number;
  sizes: number[];
  hashes: Uint8Array;
}

/** The body of REFUSED: `code` is `unavailable`, `not_allowed`, `limit` or `gone` (the holder left). */
export interface Refusal {
  code: string;
  reason: string;
}

export type FromVolunteer =
  | Pong
  | Ping
  | Signal
  | Started
  | Finished
  | Failed
  | FetchFailed
  | Output
  | Resources
  | Capabilities
  | BlocksLost
  | Copied
  | Announce
  | BytesMoved
  | Leaving;

export type ToVolunteer =
  | Welcome
  | Refused
  | Ping
  | Pong
  | Pass
  | Holders
  | Visitors
  | Signal
  | Code
  | MapOutputs
  | Assign
  | CancelTask
  | DropBlocks
  | CopyBlocks
  | MayLeave
  | EndApplication
  | JobInfo
  | Purpose
  | About;

export type FromDriver =
  | Pong
  | Ping
  | Signal
  | Submit
  | Watch
  | CancelJob
  | Fetched
  | ResultMissing
  | Release
  | Unpersist
  | ListJobs
  | StopApplication
  | BytesMoved
  | Observe
  | Unobserve
  | SaveCells
  | SetInvitation
  | RotateInvite
  | RevokeInvite;

export type ToDriver =
  | Welcome
  | Refused
  | Ping
  | Pong
  | Pass
  | Holders
  | Signal
  | Accepted
  | Watched
  | Progress
  | Updates
  | ResultsReady
  | JobDone
  | JobFailed
  | TaskOutput
  | Jobs
  | Volunteers
  | MayLeave
  | Observation
  | Notebook
  | CellsSaved
  | Invitation;

export type FromOperator = Pong | Ping | NewSwarm;

export type ToOperator = Welcome | Refused | Ping | Pong | SwarmMade | Swarms;

export type Operator =
  | ParallelizeOperator
  | RangeOperator
  | TextLinesOperator
  | StoredRecordsOperator
  | FixedRecordsOperator
  | FetchOperator
  | MapOperator
  | FlatMapOperator
  | FilterOperator
  | MapPartitionsOperator
  | MapPartitionsWithIndexOperator
  | MapValuesOperator
  | FlatMapValuesOperator
  | KeysOperator
  | ValuesOperator
  | UnionOperator
  | CoalesceOperator
  | SplitOperator
  | ZipOperator
  | CartesianOperator
  | CustomOperator
  | TakeOperator
  | ShuffledOperator;

export type Dependency =
  | OneToOneDependency
  | SpanDependency
  | StridedDependency
  | AllPartitionsDependency
  | EdgesDependency
  | ShuffleDependency;

export type Partitioner = HashPartitioner | FunctionPartitioner;

export type Finish =
  | ListedFinish
  | SummedFinish
  | ReducedFinish
  | FoldedFinish
  | MappedFinish
  | CountedFinish
  | SilentFinish
  | TakenFinish
  | SavedFinish
  | ReducedByKeyFinish
  | RankedFinish
  | PlacedFinish
  | FigureFinish
  | HistogramFinish
  | DistinctFinish
  | EstimatedFinish;

export type Aggregator = CombineValues | GroupValues;

export type Input = FromStep | FromSource;

export type Source = BlockSource | DriverSource | BroadcastSource | UrlSource | ShuffleSource;

export type Sink = PartitionSink | MapOutputSink;

/** A type as data: a word for a plain one, else a word and what it is made of. */
export type Shape = string | readonly [string, ...unknown[]];
/** A struct as data: its tag (null: none), the field the tag stands in (null: first item), its fields as
 * [name, shape, may be missing]. Of an array_like struct the fields are the items, in order. */
export interface StructShape {
  readonly array: boolean;
  readonly tagField: string | null;
  readonly tag: string | number | null;
  readonly fields: readonly (readonly [name: string, shape: Shape, optional: boolean])[];
}
export const schema: Readonly<Record<string, StructShape>> = {
  Pong: {"array": false, "tagField": "type", "tag": "Pong", "fields": [["number", "int", false]]},
  Ping: {"array": false, "tagField": "type", "tag": "Ping", "fields": [["number", "int", false]]},
  Signal: {"array": false, "tagField": "type", "tag": "Signal", "fields": [["peer", "str", false], ["kind", ["enum", "offer", "answer", "candidate", "end"], false], ["data", "str", true]]},
  Started: {"array": false, "tagField": "type", "tag": "Started", "fields": [["task", "int", false], ["attempt", "int", false], ["read", "int", true], ["fetched", "int", true], ["seconds", "float", true]]},
  Finished: {"array": false, "tagField": "type", "tag": "Finished", "fields": [["task", "int", false], ["attempt", "int", false], ["sinks", ["list", ["struct", "SinkReport"]], false], ["runs", ["list", ["struct", "Run"]], false], ["seconds", "float", false], ["updates", ["list", ["struct", "Update"]], true]]},
  SinkReport: {"array": false, "tagField": null, "tag": null, "fields": [["block", ["struct", "BlockId"], false], ["size", "int", false], ["root", "bytes", false], ["segments", "int", true], ["records", "int", true], ["inline", ["union", "bytes", "none"], true]]},
  BlockId: {"array": true, "tagField": null, "tag": null, "fields": [["application", "str", false], ["kind", ["enum", "rdd", "map"], false], ["node", "int", false], ["partition", "int", false], ["generation", "int", false]]},
  Run: {"array": true, "tagField": null, "tag": null, "fields": [["node", "int", false], ["partition", "int", false], ["records", "int", false], ["partial", "bool", false]]},
  Update: {"array": true, "tagField": null, "tag": null, "fields": [["accumulator", "int", false], ["node", "int", false], ["partition", "int", false], ["data", "bytes", false]]},
  Failed: {"array": false, "tagField": "type", "tag": "Failed", "fields": [["task", "int", false], ["attempt", "int", false], ["failure", ["struct", "Failure"], false]]},
  Failure: {"array": false, "tagField": null, "tag": null, "fields": [["kind", ["enum", "raised", "not_serialisable", "cannot_compile", "code_refused", "timeout", "worker_died", "out_of_memory", "url_unavailable", "url_closed_to_tabs"], false], ["type_name", "str", true], ["message", "str", true], ["traceback", "str", true], ["node", ["union", "int", "none"], true], ["partition", ["union", "int", "none"], true], ["line", "str", true], ["volunteer", "str", true]]},
  FetchFailed: {"array": false, "tagField": "type", "tag": "FetchFailed", "fields": [["task", "int", false], ["attempt", "int", false], ["block", ["struct", "BlockId"], false], ["holder", "str", false], ["reason", "str", false], ["corrupt", "bool", true]]},
  Output: {"array": false, "tagField": "type", "tag": "Output", "fields": [["task", "int", false], ["attempt", "int", false], ["stream", "str", false], ["text", "str", false], ["partition", "int", true], ["dropped", "int", true]]},
  Resources: {"array": false, "tagField": "type", "tag": "Resources", "fields": [["slots", "int", false], ["memory", "int", false]]},
  Capabilities: {"array": false, "tagField": "type", "tag": "Capabilities", "fields": [["words", ["list", "str"], false]]},
  BlocksLost: {"array": false, "tagField": "type", "tag": "BlocksLost", "fields": [["blocks", ["list", ["struct", "BlockId"]], false]]},
  Copied: {"array": false, "tagField": "type", "tag": "Copied", "fields": [["blocks", ["list", ["struct", "BlockId"]], false]]},
  Announce: {"array": false, "tagField": "type", "tag": "Announce", "fields": [["blocks", ["list", ["struct", "Held"]], false]]},
  Held: {"array": true, "tagField": null, "tag": null, "fields": [["block", ["struct", "BlockId"], false], ["size", "int", false], ["root", "bytes", false]]},
  BytesMoved: {"array": false, "tagField": "type", "tag": "BytesMoved", "fields": [["application", "str", false], ["relayed", "int", true], ["direct", "int", true]]},
  Leaving: {"array": false, "tagField": "type", "tag": "Leaving", "fields": [["reason", "str", true], ["drain", "bool", true]]},
  Welcome: {"array": false, "tagField": "type", "tag": "Welcome", "fields": [["peer", "str", false], ["resume", "str", false], ["swarm", "str", false], ["title", "str", true], ["message", "str", true], ["application", "str", true], ["version", "str", true], ["heard", "int", true], ["ice_servers", ["list", ["struct", "IceServer"]], true], ["relay_only", "bool", true]]},
  IceServer: {"array": true, "tagField": null, "tag": null, "fields": [["url", "str", false], ["username", "str", true], ["credential", "str", true]]},
  Refused: {"array": false, "tagField": "type", "tag": "Refused", "fields": [["code", "str", false], ["reason", "str", false], ["request", "int", true]]},
  Pass: {"array": false, "tagField": "type", "tag": "Pass", "fields": [["application", "str", false], ["secret", "str", false]]},
  Holders: {"array": false, "tagField": "type", "tag": "Holders", "fields": [["holders", ["list", ["struct", "Holder"]], false]]},
  Holder: {"array": true, "tagField": null, "tag": null, "fields": [["peer", "str", false], ["kind", "str", false], ["name", "str", false], ["capabilities", ["list", "str"], false], ["host", "str", false], ["address", "str", false], ["fingerprint", "str", false], ["ticket", "str", true]]},
  Visitors: {"array": false, "tagField": "type", "tag": "Visitors", "fields": [["visitors", ["list", ["struct", "Visitor"]], false]]},
  Visitor: {"array": true, "tagField": null, "tag": null, "fields": [["peer", "str", false], ["ticket", "str", false]]},
  Code: {"array": false, "tagField": "type", "tag": "Code", "fields": [["application", "str", false], ["blobs", ["dict", "str", "bytes"], false]]},
  MapOutputs: {"array": false, "tagField": "type", "tag": "MapOutputs", "fields": [["application", "str", false], ["shuffle", "int", false], ["entries", ["list", ["struct", "MapOutput"]], false]]},
  MapOutput: {"array": true, "tagField": null, "tag": null, "fields": [["partition", "int", false], ["generation", "int", false], ["size", "int", false], ["root", "bytes", false], ["segments", "int", false], ["holders", ["list", "str"], false]]},
  Assign: {"array": false, "tagField": "type", "tag": "Assign", "fields": [["spec", ["struct", "TaskSpec"], false], ["code", ["list", "str"], false], ["locations", ["list", ["struct", "Location"]], false], ["time_limit", "int", true]]},
  TaskSpec: {"array": false, "tagField": null, "tag": null, "fields": [["application", "str", false], ["job", "str", false], ["task", "int", false], ["attempt", "int", false], ["operators", ["dict", "int", ["union", ["struct", "ParallelizeOperator"], ["struct", "RangeOperator"], ["struct", "TextLinesOperator"], ["struct", "StoredRecordsOperator"], ["struct", "FixedRecordsOperator"], ["struct", "FetchOperator"], ["struct", "MapOperator"], ["struct", "FlatMapOperator"], ["struct", "FilterOperator"], ["struct", "MapPartitionsOperator"], ["struct", "MapPartitionsWithIndexOperator"], ["struct", "MapValuesOperator"], ["struct", "FlatMapValuesOperator"], ["struct", "KeysOperator"], ["struct", "ValuesOperator"], ["struct", "UnionOperator"], ["struct", "CoalesceOperator"], ["struct", "SplitOperator"], ["struct", "ZipOperator"], ["struct", "CartesianOperator"], ["struct", "CustomOperator"], ["struct", "TakeOperator"], ["struct", "ShuffledOperator"]]], false], ["names", ["dict", "int", "str"], false], ["steps", ["list", ["struct", "Step"]], false], ["sources", ["list", ["union", ["struct", "BlockSource"], ["struct", "DriverSource"], ["struct", "BroadcastSource"], ["struct", "UrlSource"], ["struct", "ShuffleSource"]]], false], ["sinks", ["list", ["union", ["struct", "PartitionSink"], ["struct", "MapOutputSink"]]], false], ["stage", "int", true], ["begun_before", "int", true], ["barrier", "int", true], ["properties", ["dict", "str", "str"], true]]},
  ParallelizeOperator: {"array": false, "tagField": "op", "tag": "parallelize", "fields": []},
  RangeOperator: {"array": false, "tagField": "op", "tag": "range", "fields": [["start", "int", false], ["stop", "int", false], ["step", "int", false], ["slices", "int", true]]},
  TextLinesOperator: {"array": false, "tagField": "op", "tag": "textlines", "fields": [["use_unicode", "bool", true]]},
  StoredRecordsOperator: {"array": false, "tagField": "op", "tag": "storedrecords", "fields": []},
  FixedRecordsOperator: {"array": false, "tagField": "op", "tag": "fixedrecords", "fields": [["length", "int", false]]},
  FetchOperator: {"array": false, "tagField": "op", "tag": "fetch", "fields": [["use_unicode", "bool", true]]},
  MapOperator: {"array": false, "tagField": "op", "tag": "map", "fields": [["f", ["struct", "CodeRef"], false]]},
  CodeRef: {"array": true, "tagField": null, "tag": null, "fields": [["root", "str", false], ["blobs", ["list", "str"], false], ["broadcasts", ["list", "int"], true]]},
  FlatMapOperator: {"array": false, "tagField": "op", "tag": "flatmap", "fields": [["f", ["struct", "CodeRef"], false]]},
  FilterOperator: {"array": false, "tagField": "op", "tag": "filter", "fields": [["f", ["struct", "CodeRef"], false]]},
  MapPartitionsOperator: {"array": false, "tagField": "op", "tag": "mappartitions", "fields": [["f", ["struct", "CodeRef"], false]]},
  MapPartitionsWithIndexOperator: {"array": false, "tagField": "op", "tag": "mappartitionswithindex", "fields": [["f", ["struct", "CodeRef"], false]]},
  MapValuesOperator: {"array": false, "tagField": "op", "tag": "mapvalues", "fields": [["f", ["struct", "CodeRef"], false]]},
  FlatMapValuesOperator: {"array": false, "tagField": "op", "tag": "flatmapvalues", "fields": [["f", ["struct", "CodeRef"], false]]},
  KeysOperator: {"array": false, "tagField": "op", "tag": "keys", "fields": []},
  ValuesOperator: {"array": false, "tagField": "op", "tag": "values", "fields": []},
  UnionOperator: {"array": false, "tagField": "op", "tag": "union", "fields": []},
  CoalesceOperator: {"array": false, "tagField": "op", "tag": "coalesce", "fields": []},
  SplitOperator: {"array": false, "tagField": "op", "tag": "split", "fields": [["n", "int", false]]},
  ZipOperator: {"array": false, "tagField": "op", "tag": "zip", "fields": []},
  CartesianOperator: {"array": false, "tagField": "op", "tag": "cartesian", "fields": []},
  CustomOperator: {"array": false, "tagField": "op", "tag": "custom", "fields": [["f", ["struct", "CodeRef"], false]]},
  TakeOperator: {"array": false, "tagField": "op", "tag": "take", "fields": [["n", "int", false]]},
  ShuffledOperator: {"array": false, "tagField": "op", "tag": "shuffled", "fields": []},
  Step: {"array": true, "tagField": null, "tag": null, "fields": [["node", "int", false], ["partition", "int", false], ["inputs", ["list", ["union", ["struct", "FromStep"], ["struct", "FromSource"]]], true]]},
  FromStep: {"array": true, "tagField": null, "tag": 0, "fields": [["step", "int", false]]},
  FromSource: {"array": true, "tagField": null, "tag": 1, "fields": [["source", "int", false]]},
  BlockSource: {"array": false, "tagField": "type", "tag": "block", "fields": [["block", ["struct", "BlockId"], false]]},
  DriverSource: {"array": false, "tagField": "type", "tag": "driver", "fields": [["block", ["struct", "BlockId"], false], ["inline", ["union", "bytes", "none"], true]]},
  BroadcastSource: {"array": false, "tagField": "type", "tag": "broadcast", "fields": [["block", ["struct", "BlockId"], false], ["inline", ["union", "bytes", "none"], true]]},
  UrlSource: {"array": false, "tagField": "type", "tag": "url", "fields": [["block", ["struct", "BlockId"], false], ["url", "str", false]]},
  ShuffleSource: {"array": false, "tagField": "type", "tag": "shuffle", "fields": [["application", "str", false], ["shuffle", "int", false], ["partition", "int", false], ["map_partitions", "int", false], ["aggregator", ["union", ["struct", "CombineValues"], ["struct", "GroupValues"], "none"], true], ["map_side", "bool", true]]},
  CombineValues: {"array": false, "tagField": "type", "tag": "combine", "fields": [["create", ["union", ["struct", "CodeRef"], "none"], false], ["merge_value", ["struct", "CodeRef"], false], ["merge_combiners", ["struct", "CodeRef"], false]]},
  GroupValues: {"array": false, "tagField": "type", "tag": "group", "fields": []},
  PartitionSink: {"array": false, "tagField": "type", "tag": "rdd", "fields": [["step", "int", false], ["block", ["struct", "BlockId"], false]]},
  MapOutputSink: {"array": false, "tagField": "type", "tag": "map", "fields": [["step", "int", false], ["block", ["struct", "BlockId"], false], ["partitioner", ["union", ["struct", "HashPartitioner"], ["struct", "FunctionPartitioner"]], false], ["aggregator", ["union", ["struct", "CombineValues"], ["struct", "GroupValues"], "none"], true], ["map_side", "bool", true]]},
  HashPartitioner: {"array": false, "tagField": "type", "tag": "hash", "fields": [["partitions", "int", false]]},
  FunctionPartitioner: {"array": false, "tagField": "type", "tag": "function", "fields": [["partitions", "int", false], ["f", ["struct", "CodeRef"], false]]},
  Location: {"array": true, "tagField": null, "tag": null, "fields": [["block", ["struct", "BlockId"], false], ["size", "int", false], ["root", "bytes", false], ["holders", ["list", "str"], false]]},
  CancelTask: {"array": false, "tagField": "type", "tag": "CancelTask", "fields": [["task", "int", false], ["attempt", "int", false]]},
  DropBlocks: {"array": false, "tagField": "type", "tag": "DropBlocks", "fields": [["blocks", ["list", ["struct", "BlockId"]], false]]},
  CopyBlocks: {"array": false, "tagField": "type", "tag": "CopyBlocks", "fields": [["locations", ["list", ["struct", "Location"]], false]]},
  MayLeave: {"array": false, "tagField": "type", "tag": "MayLeave", "fields": [["left_behind", "int", true]]},
  EndApplication: {"array": false, "tagField": "type", "tag": "EndApplication", "fields": [["application", "str", false]]},
  JobInfo: {"array": false, "tagField": "type", "tag": "JobInfo", "fields": [["application", "str", false], ["name", "str", false], ["job", "str", false], ["action", "str", false]]},
  Purpose: {"array": false, "tagField": "type", "tag": "Purpose", "fields": [["title", "str", false], ["message", "str", true]]},
  About: {"array": false, "tagField": "type", "tag": "About", "fields": [["application", "str", true], ["name", "str", true], ["job", "str", true], ["action", "str", true], ["call_site", "str", true], ["running", "bool", true], ["code", ["list", ["struct", "CodeLine"]], true], ["more_code", "int", true], ["tasks", "int", true], ["source_bytes", "int", true]]},
  CodeLine: {"array": true, "tagField": null, "tag": null, "fields": [["name", "str", false], ["call_site", "str", false], ["source", "str", true]]},
  Submit: {"array": false, "tagField": "type", "tag": "Submit", "fields": [["request", "int", false], ["plan", ["struct", "Plan"], false], ["code", ["dict", "str", "bytes"], false], ["keep", "bool", true]]},
  Plan: {"array": false, "tagField": null, "tag": null, "fields": [["application", "str", false], ["nodes", ["list", ["struct", "Node"]], false], ["target", "int", false], ["partitions", ["list", "int"], false], ["sources", ["dict", "int", ["list", ["struct", "SourceBlock"]]], true], ["action", "str", true], ["call_site", "str", true], ["task_timeout", "int", true], ["finish", ["union", ["struct", "ListedFinish"], ["struct", "SummedFinish"], ["struct", "ReducedFinish"], ["struct", "FoldedFinish"], ["struct", "MappedFinish"], ["struct", "CountedFinish"], ["struct", "SilentFinish"], ["struct", "TakenFinish"], ["struct", "SavedFinish"], ["struct", "ReducedByKeyFinish"], ["struct", "RankedFinish"], ["struct", "PlacedFinish"], ["struct", "FigureFinish"], ["struct", "HistogramFinish"], ["struct", "DistinctFinish"], ["struct", "EstimatedFinish"]], true], ["properties", ["dict", "str", "str"], true], ["first_stage", "int", true], ["max_failures", "int", true], ["barriers", ["list", "int"], true], ["broadcasts", ["dict", "int", "str"], true], ["everywhere", ["list", "int"], true]]},
  Node: {"array": false, "tagField": null, "tag": null, "fields": [["id", "int", false], ["operator", ["union", ["struct", "ParallelizeOperator"], ["struct", "RangeOperator"], ["struct", "TextLinesOperator"], ["struct", "StoredRecordsOperator"], ["struct", "FixedRecordsOperator"], ["struct", "FetchOperator"], ["struct", "MapOperator"], ["struct", "FlatMapOperator"], ["struct", "FilterOperator"], ["struct", "MapPartitionsOperator"], ["struct", "MapPartitionsWithIndexOperator"], ["struct", "MapValuesOperator"], ["struct", "FlatMapValuesOperator"], ["struct", "KeysOperator"], ["struct", "ValuesOperator"], ["struct", "UnionOperator"], ["struct", "CoalesceOperator"], ["struct", "SplitOperator"], ["struct", "ZipOperator"], ["struct", "CartesianOperator"], ["struct", "CustomOperator"], ["struct", "TakeOperator"], ["struct", "ShuffledOperator"]], false], ["partitions", "int", false], ["dependencies", ["list", ["union", ["struct", "OneToOneDependency"], ["struct", "SpanDependency"], ["struct", "StridedDependency"], ["struct", "AllPartitionsDependency"], ["struct", "EdgesDependency"], ["struct", "ShuffleDependency"]]], true], ["name", "str", true], ["call_site", "str", true], ["code", "str", true], ["storage", ["union", ["struct", "StorageLevel"], "none"], true], ["requires", ["list", "str"], true], ["because", "str", true]]},
  OneToOneDependency: {"array": false, "tagField": "dep", "tag": "onetoone", "fields": [["parent", "int", false]]},
  SpanDependency: {"array": false, "tagField": "dep", "tag": "span", "fields": [["parent", "int", false], ["in_start", "int", false], ["out_start", "int", false], ["length", "int", false]]},
  StridedDependency: {"array": false, "tagField": "dep", "tag": "strided", "fields": [["parent", "int", false], ["divisor", "int", false], ["modulo", "int", false]]},
  AllPartitionsDependency: {"array": false, "tagField": "dep", "tag": "allpartitions", "fields": [["parent", "int", false]]},
  EdgesDependency: {"array": false, "tagField": "dep", "tag": "edges", "fields": [["parent", "int", false], ["edges", ["list", ["list", "int"]], false]]},
  ShuffleDependency: {"array": false, "tagField": "dep", "tag": "shuffle", "fields": [["parent", "int", false], ["shuffle", "int", false], ["partitioner", ["union", ["struct", "HashPartitioner"], ["struct", "FunctionPartitioner"]], false], ["aggregator", ["union", ["struct", "CombineValues"], ["struct", "GroupValues"], "none"], true], ["map_side", "bool", true]]},
  StorageLevel: {"array": true, "tagField": null, "tag": null, "fields": [["useDisk", "bool", false], ["useMemory", "bool", false], ["useOffHeap", "bool", true], ["deserialized", "bool", true], ["replication", "int", true]]},
  SourceBlock: {"array": true, "tagField": null, "tag": null, "fields": [["size", "int", false], ["root", "bytes", true], ["inline", ["union", "bytes", "none"], true], ["url", "str", true]]},
  ListedFinish: {"array": false, "tagField": "as", "tag": "listed", "fields": []},
  SummedFinish: {"array": false, "tagField": "as", "tag": "summed", "fields": []},
  ReducedFinish: {"array": false, "tagField": "as", "tag": "reduced", "fields": [["f", ["struct", "CodeRef"], false]]},
  FoldedFinish: {"array": false, "tagField": "as", "tag": "folded", "fields": [["op", ["struct", "CodeRef"], false], ["zero", ["struct", "CodeRef"], false]]},
  MappedFinish: {"array": false, "tagField": "as", "tag": "mapped", "fields": []},
  CountedFinish: {"array": false, "tagField": "as", "tag": "counted", "fields": []},
  SilentFinish: {"array": false, "tagField": "as", "tag": "silent", "fields": []},
  TakenFinish: {"array": false, "tagField": "as", "tag": "taken", "fields": [["num", "int", false], ["before", "bytes", true], ["last", "bool", true], ["shape", "str", true]]},
  SavedFinish: {"array": false, "tagField": "as", "tag": "saved", "fields": [["path", "str", false], ["suffix", "str", false], ["call", "str", false]]},
  ReducedByKeyFinish: {"array": false, "tagField": "as", "tag": "reducedbykey", "fields": [["f", ["struct", "CodeRef"], false]]},
  RankedFinish: {"array": false, "tagField": "as", "tag": "ranked", "fields": [["num", "int", false], ["largest", "bool", false], ["key", ["union", ["struct", "CodeRef"], "none"], true]]},
  PlacedFinish: {"array": false, "tagField": "as", "tag": "placed", "fields": []},
  FigureFinish: {"array": false, "tagField": "as", "tag": "figure", "fields": [["name", "str", true]]},
  HistogramFinish: {"array": false, "tagField": "as", "tag": "histogram", "fields": [["buckets", "bytes", false]]},
  DistinctFinish: {"array": false, "tagField": "as", "tag": "distinct", "fields": [["precision", "int", false]]},
  EstimatedFinish: {"array": false, "tagField": "as", "tag": "estimated", "fields": [["figure", "str", false], ["confidence", "float", false]]},
  Watch: {"array": false, "tagField": "type", "tag": "Watch", "fields": [["request", "int", false], ["job", "str", false]]},
  CancelJob: {"array": false, "tagField": "type", "tag": "CancelJob", "fields": [["job", "str", false]]},
  Fetched: {"array": false, "tagField": "type", "tag": "Fetched", "fields": [["job", "str", false]]},
  ResultMissing: {"array": false, "tagField": "type", "tag": "ResultMissing", "fields": [["job", "str", false], ["block", ["struct", "BlockId"], false], ["holder", "str", false], ["reason", "str", false], ["corrupt", "bool", true]]},
  Release: {"array": false, "tagField": "type", "tag": "Release", "fields": [["nodes", ["list", "int"], false]]},
  Unpersist: {"array": false, "tagField": "type", "tag": "Unpersist", "fields": [["node", "int", false]]},
  ListJobs: {"array": false, "tagField": "type", "tag": "ListJobs", "fields": [["request", "int", false]]},
  StopApplication: {"array": false, "tagField": "type", "tag": "StopApplication", "fields": [["keep_results", "bool", true]]},
  Observe: {"array": false, "tagField": "type", "tag": "Observe", "fields": [["job", "str", true]]},
  Unobserve: {"array": false, "tagField": "type", "tag": "Unobserve", "fields": []},
  SaveCells: {"array": false, "tagField": "type", "tag": "SaveCells", "fields": [["request", "int", false], ["cells", ["list", ["struct", "Cell"]], false], ["order", ["list", "str"], false]]},
  Cell: {"array": false, "tagField": null, "tag": null, "fields": [["id", "str", false], ["source", "str", false], ["outputs", "bytes", true], ["actions", "bytes", true]]},
  SetInvitation: {"array": false, "tagField": "type", "tag": "SetInvitation", "fields": [["title", "str", false], ["message", "str", true]]},
  RotateInvite: {"array": false, "tagField": "type", "tag": "RotateInvite", "fields": []},
  RevokeInvite: {"array": false, "tagField": "type", "tag": "RevokeInvite", "fields": []},
  Accepted: {"array": false, "tagField": "type", "tag": "Accepted", "fields": [["request", "int", false], ["job", "str", false], ["total", "int", false]]},
  Watched: {"array": false, "tagField": "type", "tag": "Watched", "fields": [["request", "int", false], ["job", "str", false], ["action", "str", false], ["call_site", "str", false], ["partitions", ["list", "int"], false], ["finish", ["union", ["struct", "ListedFinish"], ["struct", "SummedFinish"], ["struct", "ReducedFinish"], ["struct", "FoldedFinish"], ["struct", "MappedFinish"], ["struct", "CountedFinish"], ["struct", "SilentFinish"], ["struct", "TakenFinish"], ["struct", "SavedFinish"], ["struct", "ReducedByKeyFinish"], ["struct", "RankedFinish"], ["struct", "PlacedFinish"], ["struct", "FigureFinish"], ["struct", "HistogramFinish"], ["struct", "DistinctFinish"], ["struct", "EstimatedFinish"]], false], ["code", ["dict", "str", "bytes"], false]]},
  Progress: {"array": false, "tagField": "type", "tag": "Progress", "fields": [["job", "str", false], ["done", "int", false], ["total", "int", false], ["running", "int", false], ["volunteers", "int", false], ["waiting_for", "str", true]]},
  Updates: {"array": false, "tagField": "type", "tag": "Updates", "fields": [["job", "str", false], ["updates", ["list", ["struct", "Update"]], false]]},
  ResultsReady: {"array": false, "tagField": "type", "tag": "ResultsReady", "fields": [["job", "str", false], ["results", ["list", ["struct", "Result"]], false]]},
  Result: {"array": true, "tagField": null, "tag": null, "fields": [["partition", "int", false], ["location", ["struct", "Location"], false], ["inline", ["union", "bytes", "none"], true]]},
  JobDone: {"array": false, "tagField": "type", "tag": "JobDone", "fields": [["job", "str", false]]},
  JobFailed: {"array": false, "tagField": "type", "tag": "JobFailed", "fields": [["job", "str", false], ["error", "str", false], ["reason", "str", false], ["causes", ["list", ["struct", "Failure"]], true]]},
  TaskOutput: {"array": false, "tagField": "type", "tag": "TaskOutput", "fields": [["job", "str", false], ["volunteer", "str", false], ["partition", "int", false], ["stream", "str", false], ["text", "str", false], ["dropped", "int", true]]},
  Jobs: {"array": false, "tagField": "type", "tag": "Jobs", "fields": [["request", "int", false], ["jobs", ["list", ["struct", "JobReport"]], false]]},
  JobReport: {"array": false, "tagField": null, "tag": null, "fields": [["id", "str", false], ["application", "str", false], ["state", "str", false], ["action", "str", false], ["done", "int", false], ["total", "int", false], ["nodes", ["list", ["struct", "NodeReport"]], false], ["bytes", ["struct", "BytesReport"], false], ["volunteers", ["list", ["struct", "VolunteerReport"]], false], ["error", "str", true], ["waiting_for", "str", true], ["call_site", "str", true], ["group", "str", true], ["description", "str", true], ["tags", ["list", "str"], true]]},
  NodeReport: {"array": false, "tagField": null, "tag": null, "fields": [["id", "int", false], ["name", "str", false], ["call_site", "str", false], ["partitions", "int", false], ["first", "int", false], ["recomputed", "int", false], ["speculative", "int", false], ["partial", "int", false], ["runs", ["dict", "str", "int"], false]]},
  BytesReport: {"array": false, "tagField": null, "tag": null, "fields": [["direct", "int", false], ["relayed", "int", false], ["inline", "int", false]]},
  VolunteerReport: {"array": false, "tagField": null, "tag": null, "fields": [["id", "str", false], ["name", "str", false], ["kind", "str", false], ["tasks", "int", false], ["slots", "int", true]]},
  Volunteers: {"array": false, "tagField": "type", "tag": "Volunteers", "fields": [["volunteers", ["list", ["struct", "VolunteerReport"]], false], ["slots", "int", false]]},
  Observation: {"array": false, "tagField": "type", "tag": "Observation", "fields": [["now", "int", false], ["fresh", "bool", true], ["job", "str", true], ["volunteers", ["list", ["struct", "ObservedVolunteer"]], true], ["gone", ["list", "str"], true], ["jobs", ["list", ["struct", "ObservedJob"]], true], ["forgotten", ["list", "str"], true], ["stores", ["list", ["struct", "ObservedStore"]], true], ["dropped", ["list", ["tuple", "str", "int"]], true], ["nodes", ["list", ["struct", "ObservedNode"]], true], ["progress", ["list", ["struct", "NodeProgress"]], true], ["attempts", ["list", ["struct", "ObservedAttempt"]], true], ["errors", ["list", ["struct", "ObservedError"]], true], ["folded", ["list", ["struct", "FoldedAttempts"]], true], ["more", "bool", true]]},
  ObservedVolunteer: {"array": false, "tagField": null, "tag": null, "fields": [["id", "str", false], ["name", "str", false], ["kind", "str", false], ["python", "str", false], ["state", ["enum", "working", "fetching", "idle", "paused", "finishing", "resting"], false], ["slots", "int", false], ["memory", "int", false], ["joined", "int", false], ["tasks", ["list", ["struct", "ObservedTask"]], true], ["assigned", "int", true], ["blocks", "int", true], ["held", "int", true], ["done", "int", true], ["failed", "int", true], ["seconds", "float", true], ["rows", "int", true], ["direct", "int", true], ["relayed", "int", true]]},
  ObservedTask: {"array": true, "tagField": null, "tag": null, "fields": [["job", "str", false], ["task", "int", false], ["attempt", "int", false], ["node", "int", false], ["partition", "int", false], ["title", "str", false], ["assigned", "int", false], ["started", "int", true]]},
  ObservedJob: {"array": false, "tagField": null, "tag": null, "fields": [["id", "str", false], ["application", "str", false], ["state", "str", false], ["action", "str", false], ["submitted", "int", false], ["program", "str", true], ["call_site", "str", true], ["group", "str", true], ["description", "str", true], ["tags", ["list", "str"], true], ["ended", "int", true], ["done", "int", true], ["total", "int", true], ["running", "int", true], ["stages", ["list", ["struct", "ObservedStage"]], true], ["left", "int", true], ["waiting_for", "str", true], ["error", "str", true], ["attempts", "int", true], ["retries", "int", true], ["speculative", "int", true], ["recomputed", "int", true], ["failed", "int", true], ["bytes", ["struct", "BytesReport"], true]]},
  ObservedStage: {"array": true, "tagField": null, "tag": null, "fields": [["stage", "int", false], ["node", "int", false], ["tasks", "int", false], ["done", "int", false], ["running", "int", false], ["left", "int", true]]},
  ObservedStore: {"array": false, "tagField": null, "tag": null, "fields": [["application", "str", false], ["node", "int", false], ["name", "str", false], ["call_site", "str", false], ["partitions", "int", false], ["level", "str", false], ["there", "int", true], ["size", "int", true], ["held", "int", true], ["holders", ["dict", "str", "int"], true]]},
  ObservedNode: {"array": false, "tagField": null, "tag": null, "fields": [["id", "int", false], ["name", "str", false], ["operator", "str", false], ["kind", ["enum", "source", "narrow", "shuffle"], false], ["partitions", "int", false], ["stage", "int", true], ["call_site", "str", true], ["code", "str", true], ["parents", ["list", ["struct", "ObservedParent"]], true], ["storage", "str", true], ["target", "bool", true], ["sink", "bool", true]]},
  ObservedParent: {"array": true, "tagField": null, "tag": null, "fields": [["node", "int", false], ["shuffle", "int", true]]},
  NodeProgress: {"array": true, "tagField": null, "tag": null, "fields": [["node", "int", false], ["state", ["enum", "waiting", "running", "done", "stored", "skipped"], false], ["planned", "int", false], ["done", "int", false], ["running", "int", false], ["runs", "int", false], ["recomputed", "int", false], ["speculative", "int", false], ["rows", "int", false]]},
  ObservedAttempt: {"array": true, "tagField": null, "tag": null, "fields": [["task", "int", false], ["attempt", "int", false], ["volunteer", "str", false], ["stage", "int", false], ["node", "int", false], ["partition", "int", false], ["partitions", "int", false], ["reason", ["enum", "first", "retry", "speculative", "recomputed"], false], ["assigned", "int", false], ["started", "int", true], ["finished", "int", true], ["fetching", "float", true], ["seconds", "float", true], ["fetched", "int", true], ["rows", "int", true], ["written", "int", true], ["outcome", ["enum", "open", "done", "failed", "unfetched", "lost", "cancelled"], true], ["error", "int", true], ["message", "str", true], ["read", "int", true]]},
  ObservedError: {"array": false, "tagField": null, "tag": null, "fields": [["id", "int", false], ["kind", "str", false], ["type_name", "str", false], ["line", "str", false], ["count", "int", false], ["message", "str", true], ["traceback", "str", true], ["volunteer", "str", true], ["task", "int", true], ["node", "int", true], ["partition", "int", true], ["first", "int", true], ["last", "int", true]]},
  FoldedAttempts: {"array": true, "tagField": null, "tag": null, "fields": [["stage", "int", false], ["attempts", "int", false], ["done", "int", false], ["failed", "int", false], ["seconds", "float", false], ["rows", "int", false], ["written", "int", false]]},
  Notebook: {"array": false, "tagField": "type", "tag": "Notebook", "fields": [["cells", ["list", ["struct", "Cell"]], false], ["next_node", "int", false], ["next_request", "int", false]]},
  CellsSaved: {"array": false, "tagField": "type", "tag": "CellsSaved", "fields": [["request", "int", false], ["refused", "str", true]]},
  Invitation: {"array": false, "tagField": "type", "tag": "Invitation", "fields": [["link", "str", false], ["title", "str", false], ["message", "str", true]]},
  NewSwarm: {"array": false, "tagField": "type", "tag": "NewSwarm", "fields": [["request", "int", false], ["title", "str", false]]},
  SwarmMade: {"array": false, "tagField": "type", "tag": "SwarmMade", "fields": [["request", "int", false], ["swarm", "str", false], ["driver_link", "str", false], ["invite_link", "str", false]]},
  Swarms: {"array": false, "tagField": "type", "tag": "Swarms", "fields": [["swarms", ["list", ["struct", "SwarmReport"]], false]]},
  SwarmReport: {"array": false, "tagField": null, "tag": null, "fields": [["id", "str", false], ["title", "str", false], ["volunteers", "int", false], ["slots", "int", false], ["drivers", "int", false], ["jobs", "int", false], ["finished", "int", false]]},
  Hello: {"array": false, "tagField": "type", "tag": "Hello", "fields": [["token", "str", false], ["role", "str", false], ["protocol", "int", false], ["version", "str", false], ["python", "str", false], ["kind", "str", false], ["socket", "str", true], ["name", "str", true], ["slots", "int", true], ["memory", "int", true], ["resume", "str", true], ["application", "str", true], ["watch", "bool", true], ["capabilities", ["list", "str"], true], ["host", "str", true], ["address", "str", true], ["fingerprint", "str", true]]},
  Request: {"array": false, "tagField": null, "tag": null, "fields": [["holder", "str", false], ["items", ["list", ["struct", "Wanted"]], false], ["passes", ["dict", "str", "str"], true]]},
  Wanted: {"array": true, "tagField": null, "tag": null, "fields": [["block", ["struct", "BlockId"], false], ["segments", ["union", ["list", "int"], "none"], true]]},
  Item: {"array": false, "tagField": null, "tag": null, "fields": [["index", "int", false], ["sizes", ["list", "int"], false], ["hashes", "bytes", false]]},
  Refusal: {"array": false, "tagField": null, "tag": null, "fields": [["code", "str", false], ["reason", "str", false]]},
};
/** The structs of each direction. */
export const directions = {
  FromVolunteer: ["Pong", "Ping", "Signal", "Started", "Finished", "Failed", "FetchFailed", "Output", "Resources", "Capabilities", "BlocksLost", "Copied", "Announce", "BytesMoved", "Leaving"],
  ToVolunteer: ["Welcome", "Refused", "Ping", "Pong", "Pass", "Holders", "Visitors", "Signal", "Code", "MapOutputs", "Assign", "CancelTask", "DropBlocks", "CopyBlocks", "MayLeave", "EndApplication", "JobInfo", "Purpose", "About"],
  FromDriver: ["Pong", "Ping", "Signal", "Submit", "Watch", "CancelJob", "Fetched", "ResultMissing", "Release", "Unpersist", "ListJobs", "StopApplication", "BytesMoved", "Observe", "Unobserve", "SaveCells", "SetInvitation", "RotateInvite", "RevokeInvite"],
  ToDriver: ["Welcome", "Refused", "Ping", "Pong", "Pass", "Holders", "Signal", "Accepted", "Watched", "Progress", "Updates", "ResultsReady", "JobDone", "JobFailed", "TaskOutput", "Jobs", "Volunteers", "MayLeave", "Observation", "Notebook", "CellsSaved", "Invitation"],
  FromOperator: ["Pong", "Ping", "NewSwarm"],
  ToOperator: ["Welcome", "Refused", "Ping", "Pong", "SwarmMade", "Swarms"],
} as const;
