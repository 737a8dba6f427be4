import { counted, inShort, listed } from "./amounts.ts";

/** What the view Swarm says, its strip beside the notebook, and the invitation. */
export const swarm = {
  heading: "Swarm",
  volunteers: (count: number) => counted(count, "volunteer"),
  totalsLabel: "The swarm in figures",
  totals: {
    volunteers: "Volunteers",
    slots: "Slots busy",
    held: "Blocks held",
    done: "Tasks done",
    moved: "Moved directly",
  },
  busyOf: (busy: number, slots: number) => `${busy} of ${slots}`,
  nothingMoved: "nothing yet",
  share: (share: number, bytes: string) => `${Math.floor(share * 100)} % of ${bytes}`,

  tableLabel: "Volunteers",
  columns: ["Volunteer", "Computes", "Slots", "Holds", "Speed", "Data"],
  kinds: { tab: "Tab", native: "Native", library: "Library" } as Record<string, string>,
  states: {
    working: "Working",
    fetching: "Fetching",
    idle: "Idle",
    paused: "Paused",
    finishing: "Finishing, then leaves",
    resting: "Resting",
  },
  restingWhy: "It came and went too often, or had damaged blocks; it gets work again by and by.",
  task: (title: string, partition: number) => `partition ${partition}, ${title}`,
  moreTasks: (count: number) => `+${count}`,
  slots: (busy: number, slots: number) => `${busy}/${slots}`,
  holds: (blocks: number, bytes: string) => `${counted(blocks, "block")}, ${bytes}`,
  blocks: (blocks: number) => counted(blocks, "block"),
  holdsNothing: "–",
  speed: (rows: number) => `${inShort(rows)} rows/s`,
  doneTasks: (tasks: number) => counted(tasks, "task"),
  ways: {
    direct: "direct",
    relayed: "relayed",
    both: (share: number) => `${Math.min(99, Math.max(1, Math.round(share * 100)))} % direct`,
    none: "–",
  },

  came: (name: string) => `${name} joined`,
  left: (name: string) => `${name} left`,

  none: "No volunteer is here yet",
  noneMore:
    "Jobs wait until there is one. Add a tab of this browser, send the invite link to others, or show them its QR code.",
  noneShort: "No volunteer yet. Jobs wait until one is here.",
  looking: "Looking at the swarm …",
  addTab: "Add a tab here",
  addTabMore: "Opens the invite link in a new tab; press Start there.",
  toSwarm: "All about the swarm",
  stripLabel: "The swarm at a glance",
  stripBusy: (busy: number, slots: number) => `${busy} of ${counted(slots, "slot")} busy`,
  oneOf: { working: "working", waiting: "waiting", away: "paused or leaving" },
};

export const invitation = {
  heading: "Invite volunteers",
  what: "Whoever opens this link can lend a tab's computing power. It lets them compute, and nothing else.",
  secrecy:
    "A volunteer sees the code of your jobs and the records of the partitions that it computes. For private data, share the link with people you trust only.",
  link: "Invite link",
  none: "The invite link comes as soon as this page is connected.",
  revoked: "The invite link was revoked: nobody new can join. Those who are here stay.",
  copy: "Copy",
  copied: "Copied",
  copyYourself: "Selected: copy it with Ctrl+C",
  share: "Share …",
  shareText: (title: string) => (title ? `Lend a browser tab to “${title}”` : "Lend a browser tab's computing power"),
  qr: "QR code of the invite link",
  showQr: "Show QR code",
  hideQr: "Hide QR code",
  rotate: "New link …",
  revoke: "Revoke …",
  rotateAsk:
    "A new link is made and the old one stops working: nobody can join with it any more. Those who are here stay, and come back by themselves after an interruption. A QR code that you have printed is worthless then.",
  rotateYes: "Make a new link",
  revokeAsk:
    "The link stops working and no other takes its place: nobody new can join until you make one. Those who are here stay.",
  revokeYes: "Revoke the link",
  keep: "Keep it",
  renew: "Make a new link",
  wordsHeading: "What volunteers read before they start",
  title: "Title",
  message: "Message",
  messageHint: "What is computed, what for, and how long it will take.",
  save: "Save",
  saved: "Saved: volunteers see it from now on",
};

/** "Tab 4 joined, Tab 2 and Tab 3 left". */
export function comingsAndGoings(came: readonly string[], gone: readonly string[]): string {
  const parts = [came.length > 0 && swarm.came(listed(came)), gone.length > 0 && swarm.left(listed(gone))];
  return parts.filter((part) => part !== false).join("; ");
}
