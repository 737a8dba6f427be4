/** Every sentence of the page behind an invite link. */

export const volunteer = {
  heading: "Lend this tab's computing power",
  helping: (title: string) => (title ? `This tab helps “${title}”` : "This tab lends its computing power"),
  helped: (title: string) => (title ? `This tab helped “${title}”` : "This tab lent its computing power"),
  asks: (title: string) => `“${title}” asks for your help.`,
  asksUntitled: "Someone shared this link with you and asks for your help.",
  what: "This browser tab would compute small pieces of a larger job, written in Python, and hand the results back.",
  facts: [
    ["What runs", "Python in a sealed frame. It can reach neither your files, nor other sites, nor your network."],
    [
      "What leaves this device",
      "The results, to those who compute with you and to whoever shared the link, who also sees how many cores this tab may use and its network address.",
    ],
    [
      "Who may see your address",
      "Those who compute with you exchange data with this tab directly where they can, and may then see its network address; unless you tick “relay only”.",
    ],
    [
      "Web pages",
      "Where a job names some, this tab fetches them, without your cookies and never from your own network. Their sites see this device's address.",
    ],
    [
      "What it takes",
      "It keeps a processor core busy, and more of them while work queues up; how much is yours to set, now and at any time. You can go on using the device.",
    ],
    [
      "What stays here",
      "What it holds for others is kept in memory. What is too much for that lies on this device's disk and is removed when the tab leaves.",
    ],
  ],
  promise: "Nothing runs before you press Start. Stop ends it within a second.",
  relayOnly: "Relay only: peers do not see my address",
  relayOnlyAlways: "Relay only: here peers never see your address",
  start: "Start",
  startAgain: "Start again",
  pause: "Pause",
  resume: "Resume",
  stop: "Stop now",
  finish: "Finish then stop",
  actions: "What you can do",

  about: {
    heading: "What it is about",
    now: (job: string) => `It computes “${job}” now.`,
    last: (job: string) => `The last job was “${job}”. None runs just now.`,
    none: "No job runs yet. You can start all the same; work comes by itself as soon as there is some.",
    action: (name: string, where: string) => (where ? `Asked for by ${name} at ${where}.` : ""),
    estimate: (tasks: number, bytes: string) =>
      `About ${tasks === 1 ? "one task is" : `${tasks.toLocaleString("en")} tasks are`} left to share out${bytes && `, over ${bytes} of data`}.`,
    code: "Show the code",
    codeOf: (name: string, where: string) => (where ? `${name}, ${where}` : name),
    more: (steps: number) => (steps === 1 ? "and one more step" : `and ${steps} more steps`),
  },

  controls: {
    heading: "How much it may take",
    cores: "Cores",
    coresOf: (most: number) => `of ${most}`,
    load: "Load",
    loadIs: (percent: number) => `${percent} %`,
    loadMeans: (percent: number) =>
      percent === 100
        ? "Each core that it uses works all the time."
        : `Each core that it uses works ${percent} % of the time and rests in between, task by task.`,
  },

  rules: {
    heading: "When it holds back by itself",
    battery: "On battery",
    batteryNever: "never",
    batteryBelow: (percent: number) => `below ${percent} %`,
    batteryAlways: "always",
    batteryNow: ({ level, charging }: { level: number; charging: boolean }) =>
      `now ${Math.round(level * 100)} %, ${charging ? "plugged in" : "on battery"}`,
    batteryUnknown: "This browser does not tell.",
    hidden: "While this tab is hidden",
    hiddenMore: "behind another tab or app, or with the screen off",
    metered: "On a metered network",
    meteredMore: "mobile data, or data saver",
    meteredNow: "now metered",
    dataCap: "Stop after moving",
    dataCapNone: "any amount",
    memory: "Memory for blocks",
    memoryAuto: (bytes: string) => `${bytes} (an eighth of the device's)`,
    awake: "Keep the screen on while it computes",
    megabytes: (megabytes: number) => (megabytes >= 1000 ? `${megabytes / 1000} GB` : `${megabytes} MB`),
    kept: "Your choices are kept on this device, for all swarms of this address.",
  },

  off: {
    plain:
      "This page came over plain http, so some things are off here, because browsers allow them to https pages alone: keeping the screen on, the battery rule, installing, and disk for blocks past the memory. Computing works all the same.",
    install: "Install as an app",
    installMore: "To open this swarm from the home screen, in a window of its own.",
  },

  meter: {
    heading: "What this tab does",
    load: "Load over the last five minutes",
    loadIs: (now: number, most: number) => `${now} of ${most === 1 ? "1 core" : `${most} cores`} now`,
    job: "Job",
    task: "Working on",
    partition: (name: string, partition: number) => `${name}, partition ${partition}`,
    more: (others: number) => `and ${others} more`,
    line: "This line",
    tasks: "Tasks done",
    received: "Received",
    sent: "Sent",
    direct: (bytes: string) => `${bytes} direct`,
    relayed: (bytes: string) => `${bytes} relayed`,
    links: "Links",
    linksAre: (direct: number, relayed: number) =>
      [direct > 0 && `${direct} direct`, relayed > 0 && `${relayed} relayed`].filter(Boolean).join(", ") || "none now",
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

  after: {
    heading: "What this tab contributed",
    thanks: "Thank you.",
    said: (tasks: number, time: string, jobs: number) =>
      `${tasks === 1 ? "One task" : `${tasks.toLocaleString("en")} tasks`} in ${time} of computing, for ${jobs === 1 ? "one job" : `${jobs} jobs`}.`,
    bytes: (received: string, sent: string) => `${received} came in, ${sent} went out to others.`,
  },

  paused: {
    line: "Paused",
    by: {
      person: "Paused by you",
      battery: (below: number) => (below > 100 ? "Paused: on battery" : `Paused: on battery below ${below} %`),
      hidden: "Paused while this tab is hidden",
      metered: "Paused: the network is metered",
    },
    also: {
      person: "you paused it",
      battery: "the device is on battery",
      hidden: "the tab is hidden",
      metered: "the network is metered",
    },
    and: (reasons: string) => `Also: ${reasons}.`,
    running: (tasks: number) =>
      `${tasks === 1 ? "One task that had begun is" : `${tasks} tasks that had begun are`} being brought to an end; nothing new begins.`,
    held: "Nothing is computed. What this tab holds, others can still fetch.",
    idle: "Nothing is computed.",
    byItself: "It goes on by itself.",
  },

  state: {
    connecting: "Connecting …",
    invited: "Ready when you are",
    sealing: "Checking that the frame is sealed …",
    starting: "Starting Python (a few seconds, the first time longer) …",
    waiting: "Waiting for work",
    waitingMore: "This tab is ready. Leave it open; work starts by itself as soon as there is some.",
    fetching: "Fetching what the task needs …",
    resting: "Resting",
    restingMore: (percent: number) => `So that it takes ${percent} % of the time, as you set it.`,
    computing: "Computing",
    gone: "The coordinator is gone",
    goneMore:
      "This tab tries to reach it again by itself, and keeps what it holds for ten minutes. Others go on in the meantime.",
    leaving: "Leaving …",
    finishing: "Finishing …",
    finishingMore:
      "No new work comes. What runs is finished, and what this tab holds goes to others. Keep it open until it says that you can close it.",
    finished: "You can close this tab now",
    finishedMore: "Nothing runs any more, and others have what this tab held.",
    finishedBehind: (blocks: number) =>
      `Nothing runs any more. Nobody was there to take over ${blocks === 1 ? "one block" : `${blocks} blocks`}; others compute what they need of it again.`,
    left: "Stopped",
    leftMore: "Nothing runs any more.",
    leftCap: (amount: string) => `Stopped: ${amount} moved, your limit`,
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
