import { computed, signal } from "@preact/signals";

/** Where the tab stands, as its person is told. */
export type Phase =
  | { is: "connecting" }
  | { is: "invited" }
  | { is: "sealing" }
  | { is: "starting" }
  | { is: "working" }
  | { is: "gone" }
  | { is: "leaving" }
  | { is: "finishing" }
  /** `leftBehind`: how many blocks nobody took over; undefined where nobody was asked to. */
  | { is: "left"; leftBehind?: number }
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

/** All that the page shows. The screen follows it; nothing reads it back to decide anything. */
export const phase = signal<Phase>({ is: "connecting" });
/** Between Start and Stop. */
export const started = signal(false);
export const title = signal("");
export const job = signal("");
export const tasks = signal<Shown[]>([]);
export const tasksDone = signal(0);
/** Bytes of blocks, by the way they took. */
export const received = signal({ direct: 0, relayed: 0 });
export const served = signal({ direct: 0, relayed: 0 });
/** `isFull`: memory holds more than it should, and there is no disk to write to. */
export const held = signal({ count: 0, bytes: 0, bytesOnDisk: 0, isFull: false });
export const secondsComputed = signal(0);
/** `chosen` by the person, before Start; `always`: the swarm wants it, or this browser has no other way. */
export const relayOnly = signal({ chosen: false, always: false });
export const cores = signal({ allowed: 1, most: 1 });

export const computing = computed(() => tasks.value.some(({ state }) => state === "running"));
