import { inBytes } from "../strings.ts";

/** What the notebook says. */
export const notebook = {
  label: "Notebook",
  empty: {
    heading: "Compute with the tabs of those who help",
    steps: {
      example: "Open an example, or write Python of your own: sc is the swarm.",
      share: "Share the invite link: each tab that opens it computes with you.",
      watch: "Run the cells and watch: results come in below each of them.",
    },
    open: "Open",
    share: "Show the invite link",
    run: "Run all cells",
  },
  tools: {
    label: "Notebook tools",
    runAll: "Run all",
    stop: "Stop",
    restart: "Restart Python",
    restartWhat: "Restart Python? Cells and what they show stay; variables are forgotten.",
    add: "Add cell",
    undo: "Undo",
    examples: "Examples",
    data: "Data",
    file: "File",
    openFile: "Open a notebook …",
    saveAs: (name: string) => `Download ${name}`,
    python: "notebook.py",
    jupyter: "notebook.ipynb",
  },
  saved: { saved: "Saved", unsaved: "Saving …", refused: (reason: string) => `Not saved: ${reason}` },
  python: {
    label: "Python",
    off: "Python starts with the first run",
    starting: "Python is starting …",
    idle: "Python is ready",
    computing: "Computing",
    waiting: "Waiting for the swarm",
    gone: "The coordinator is out of reach; trying again",
    "taken-over": "Opened elsewhere",
    broken: (reason: string) => `Python stopped: ${reason}`,
    none: "Connecting …",
  },
  cell: {
    name: (id: string) => `Cell ${id}`,
    code: (id: string) => `Code of cell ${id}`,
    run: (id: string) => `Run cell ${id}`,
    stop: (id: string) => `Stop cell ${id}`,
    up: (id: string) => `Move cell ${id} up`,
    down: (id: string) => `Move cell ${id} down`,
    remove: (id: string) => `Delete cell ${id}`,
    addBelow: (id: string) => `Add a cell below cell ${id}`,
    output: (id: string) => `Output of cell ${id}`,
    edited: "edited since it ran",
    placeholder: "Python …",
  },
  run: {
    queued: "In line",
    running: (took: string) => `Running for ${took}`,
    left: "Was running when the page was closed; its jobs went on. Run it to see what they came to.",
    replaying: "Running again for its variables …",
    done: (milliseconds: number) => (milliseconds < 50 ? "Done" : `Done in ${inTime(milliseconds)}`),
    recalled: "Variables are back, answers came from stored results",
    replayed: "Ran again for its variables",
    failed: (took: string) => `Failed after ${took}`,
    stopped: (took: string) => `Stopped after ${took}`,
  },
  job: {
    name: (job: string) => `Job ${job}`,
    tasks: (done: number, total: number) => `${done} of ${total} tasks`,
    left: (time: string) => `about ${time} left`,
    recalled: "answered from stored results",
    waitingFor: (what: string) => `waits for ${what}`,
    noVolunteers: "No volunteer is here yet. Share the invite link, or open it in another tab.",
    details: "Details",
  },
  text: {
    dropped: (characters: number) =>
      characters >= 1000
        ? `… ${(characters / 1000).toFixed(0)} thousand characters before this were too many to keep`
        : `… ${characters} characters before this were too many to keep`,
    leftOut: "Too large to be stored: run the cell again to see it.",
    cannotDraw: "This cannot be drawn here.",
    stderr: "Errors and warnings",
    printed: "Printed text",
  },
  table: {
    label: "Table",
    index: "Row",
    rows: (count: number) => (count === 1 ? "1 row" : `${count.toLocaleString("en")} rows`),
    firstRows: (count: number) => `the first ${count.toLocaleString("en")} rows`,
    growing: "more are coming",
    page: (page: number, pages: number) => `Page ${page} of ${pages}`,
    previous: "Previous page",
    next: "Next page",
    csv: "CSV",
    json: "JSON",
    download: (what: string) => `Download as ${what}`,
    sortBy: (column: string) => `Sort by ${column}`,
    name: "table",
  },
  plot: { growing: "Growing …", loading: "Drawing …", untitled: "Plot", legend: "Legend" },
  file: { download: (name: string, bytes: number) => `Download ${name} (${inBytes(bytes)})` },
  json: "JSON",
  error: {
    at: (cell: string, line: number) => `Cell ${cell}, line ${line}`,
    partition: (partition: number) => `partition ${partition}`,
    volunteer: (volunteer: string) => `on ${volunteer}`,
    task: "In a task:",
    traceback: "Traceback",
  },
  takenOver: {
    heading: "This notebook was opened elsewhere",
    more: "What you see is as it was then, to read. The other page runs it now.",
    back: "Take it back",
  },
  examples: { heading: "Examples", what: "Each opens as cells, in the place of those that are here." },
  data: {
    heading: "Data",
    drop: "Drop files anywhere on this page, or",
    choose: "choose files",
    what: "Files stay in this page: volunteers get the parts that their tasks read.",
    none: "No files yet.",
    remove: (name: string) => `Remove ${name}`,
    insert: (name: string) => `Insert the line that reads ${name}`,
    use: "Insert",
    urls: "Web pages are fetched by the volunteers, where their sites allow it:",
    urlsCode: 'sc.multiGet(["https://example.org/"]).lines().take(5)',
    unavailable: "Files can be added as soon as this page is connected.",
  },
  replace: {
    question: (name: string) => `Open ${name} in the place of the cells that are here?`,
    more: "Undo brings them back while this page is open.",
    yes: "Replace them",
    no: "Keep them",
  },
  notNotebook: (name: string) => `${name} is no notebook that this page can read.`,
  close: "Close",
};

/** A time for people: "0.4 s", "12 s", "3 min 5 s", "2 h 10 min". */
export function inTime(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
