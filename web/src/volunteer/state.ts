import { computed, signal } from "@preact/signals";

/** Where the tab stands, as its person is told. */
export type Phase =
  | { is: "connecting" }
  | { is: "invited" }
  | { is: "sealing" }
  | { is: "starting" }
  /** It takes part: it computes, waits for work, or is paused (`pausing.ts`). */
  | { is: "working" }
  | { is: "gone" }
  | { is: "leaving" }
  | { is: "finishing" }
  /** `leftBehind`: how many blocks nobody took over; undefined where nobody was asked to. `cap`: the data limit. */
  | { is: "left"; leftBehind?: number; cap?: number }
  | { is: "no-invite" }
  | { is: "refused"; code: string; reason: string }
  | { is: "cannot-sandbox"; escaped: string[] }
  | { is: "cannot-start"; reason: string }
  | { is: "unsupported"; what: string };

/** What one attempt is at, for the screen. */
export interface Shown {
  name: string;
  partition: number;
  state: "fetching" | "ready" | "running" | "ended";
}

/** One step of the job's code: what it does, which line asks for it, and that line. */
export interface ShownCode {
  name: string;
  callSite: string;
  source: string;
}

/** What the swarm computes, for somebody who has not started yet; as `About` in wire/messages.py. */
export interface AboutJob {
  name: string;
  /** What asks for it, and where: `collect`, `job.py:9`. */
  action: { name: string; callSite: string } | null;
  running: boolean;
  code: readonly ShownCode[];
  moreCode: number;
  tasks: number;
  sourceBytes: number;
}

/** All that the page shows. The screen follows it; nothing reads it back to decide anything. */
export const phase = signal<Phase>({ is: "connecting" });
/** Between Start and Stop. */
export const started = signal(false);
export const title = signal("");
/** What the driver says to those whom it invites. */
export const message = signal("");
/** null: nobody told. */
export const about = signal<AboutJob | null>(null);
export const job = signal("");
export const tasks = signal<Shown[]>([]);
/** Workers that rest by the load that the person set. */
export const resting = signal(0);
export const tasksDone = signal(0);
export const jobsHelped = signal(0);
/** Bytes of blocks, by the way they took. */
export const received = signal({ direct: 0, relayed: 0 });
export const served = signal({ direct: 0, relayed: 0 });
/** How many peers this tab is connected to, and how many it reaches through the relay. */
export const links = signal({ direct: 0, relayed: 0 });
/** `isFull`: memory holds more than it should, and there is no disk to write to. */
export const held = signal({ count: 0, bytes: 0, bytesOnDisk: 0, isFull: false });
/** Blocks of which nobody else has a copy, as far as this tab was told. */
export const heldAlone = signal(0);
export const secondsComputed = signal(0);
/** Workers that computed on average, a span each (`activity.ts`). */
export const activity = signal<readonly number[]>([]);
/** The swarm wants the relay alone, or this browser has no other way. */
export const relayAlways = signal(false);

export const computing = computed(() => tasks.value.some(({ state }) => state === "running"));
