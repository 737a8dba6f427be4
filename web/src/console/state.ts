import { signal } from "@preact/signals";
import type { DriverLine, Kernel } from "./kernel.ts";

/** How this page stands with its coordinator. */
export type Connection =
  | { is: "no-link" }
  | { is: "connecting" }
  | { is: "open" }
  /** Out of reach for now; it comes back by itself. */
  | { is: "gone" }
  | { is: "refused"; reason: string }
  /** Another console was opened on this link. */
  | { is: "taken-over" };

/** What every view may know. The driver's part of the page (driver/) writes it, the screen follows. */
export const connection = signal<Connection>({ is: "connecting" });
/** The swarm's title, as its owner called it; a stranger's words, so text and never markup. */
export const swarmTitle = signal("");
/** The link for volunteers; empty until the coordinator has told it. */
export const inviteLink = signal("");
/** The control session, and Python; null until the page has opened them. */
export const line = signal<DriverLine | null>(null);
export const kernel = signal<Kernel | null>(null);
