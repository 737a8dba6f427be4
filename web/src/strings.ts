/** Every sentence that a page shows, in one place: to be read in one go, and translated one day. */

export const volunteer = {
  heading: "Lend this tab's computing power",
  asks: (title: string) => `“${title}” asks for your help.`,
  asksUntitled: "Someone shared this link with you and asks for your help.",
  what: "This browser tab would compute small pieces of a larger job, written in Python, and hand the results back.",
  promises: [
    "Nothing runs before you press Start, and Stop ends it within a second.",
    "The job's code runs in a sealed frame: it can reach neither your files, nor other sites, nor your network.",
    "Whoever shared the link sees this tab's results, how many cores it may use and its network address. Those who compute with you exchange data with this tab directly where they can, and may then see that address too.",
    "Where a job names web pages, this tab fetches them, without your cookies and never from your own network; their sites see this device's address.",
    "While it runs it keeps a processor core busy, and more of them while work queues up. You can go on using the device.",
    "What it holds for others is kept in memory. What is too much for that is kept on this device's disk, and removed when the tab leaves.",
  ],
  relayOnly: "Relay only: peers do not see my address",
  relayOnlyAlways: "Relay only: here peers never see your address",
  start: "Start",
  startAgain: "Start again",
  stop: "Stop now",
  finish: "Finish then stop",
  cores: "Cores this tab may use",
  coresOf: (most: number) => `of ${most}`,

  meter: {
    heading: "What this tab does",
    job: "Job",
    task: "Working on",
    partition: (name: string, partition: number) => `${name}, partition ${partition}`,
    more: (others: number) => `and ${others} more`,
    tasks: "Tasks done",
    received: "Received",
    sent: "Sent",
    direct: (bytes: string) => `${bytes} direct`,
    relayed: (bytes: string) => `${bytes} relayed`,
    held: "Held for others",
    time: "Computing time",
    blocks: (count: number, bytes: string) => (count === 1 ? `1 block, ${bytes}` : `${count} blocks, ${bytes}`),
    onDisk: (bytes: string) => ` (${bytes} of it on disk until this tab leaves)`,
    full: "; more than this tab should hold, and the browser gives it no room on disk",
    nothing: "–",
    seconds: (seconds: number) =>
      seconds < 90
        ? `${seconds.toFixed(1)} s`
        : `${Math.floor(Math.round(seconds) / 60)} min ${Math.round(seconds) % 60} s`,
  },

  state: {
    connecting: "Connecting …",
    invited: "Ready when you are",
    sealing: "Checking that the frame is sealed …",
    starting: "Starting Python (a few seconds, the first time longer) …",
    waiting: "Waiting for work",
    waitingMore: "This tab is ready. Leave it open; work starts by itself as soon as there is some.",
    fetching: "Fetching what the task needs …",
    computing: "Computing",
    gone: "The coordinator is gone",
    goneMore:
      "This tab tries to reach it again by itself, and keeps what it holds for ten minutes. Others go on in the meantime.",
    leaving: "Leaving …",
    finishing: "Finishing …",
    finishingMore:
      "No new work comes. What runs is finished, and what this tab holds goes to others. Keep it open until it says that you can close it.",
    finished: "You can close this tab now",
    finishedMore: "Nothing runs any more, and others have what this tab held. Thank you for what it has computed.",
    finishedBehind: (blocks: number) =>
      `Nothing runs any more. Nobody was there to take over ${blocks === 1 ? "one block" : `${blocks} blocks`}; others compute what they need of it again.`,
    left: "Stopped",
    leftMore: "Nothing runs any more. Thank you for what this tab has computed.",
    leftUnused: "Nothing runs any more.",
    noInvite: "This page needs an invite link",
    noInviteMore:
      "An invite link ends in #… and a long code. Open the whole link that you were given, or ask for it again.",
    refused: "This link is not valid",
    wrongRole: "This is not an invite link",
    wrongRoleMore: "It is a link of another kind (for those who submit jobs). Ask for the invite link.",
    refusedMore: "It may have been withdrawn, or a part of it was lost on its way. Ask for a new one.",
    version: "This page is out of date",
    versionMore: "The coordinator runs another version by now. Reload this page.",
    cannotSandbox: "This browser cannot sandbox",
    cannotSandboxMore: (doors: string) =>
      `A job's code could get out of its frame here, so nothing was started. Open the link in another browser, or a newer one. Found open: ${doors}.`,
    cannotStart: "Python could not be started",
    cannotStartMore: (reason: string) => `Nothing runs. Reload the page to try again. The reason given: ${reason}`,
    unsupported: "This browser is too old",
    unsupportedMore: (what: string) => `It lacks ${what}. Open the link in a current Chrome, Edge, Firefox or Safari.`,
  },
};

/** Bytes for people: powers of 1000, three digits at most. */
export function inBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 99.95 ? value.toFixed(0) : value.toFixed(1)} ${units[unit]}`;
}
