// A Worker of the sealed frame: starts Python, then runs a console's cells, which may block on what comes meanwhile.
import type { CellEvent, Completion, Outcome } from "../console/kernel.ts";
import type { BlockId } from "../wire/messages.ts";
import { CompletionLibrary } from "./completion_library.ts";
import { shareFiles } from "./console_files.ts";
import type { FetchedBlock, FetchFailure, FetchOrder, FromConsole, ToConsole } from "./console_protocol.ts";
import type { Runtime } from "./protocol.ts";
import { narrowGlobals } from "./scope.ts";
import { startPython } from "./start_python.ts";

/** What `tabswarm.console.room.Room` does; `json` are texts of JSON. */
interface Room {
  open(welcome: Uint8Array, firstNode: number): void;
  message(message: Uint8Array): void;
  again(): void;
  lost(code: number, reason: string): void;
  /** Ends when the cell does; a promise, because the cell may have to wait. */
  run(cell: string, name: string, source: string, actions: string, parallelism: number): Promise<void>;
  interrupt(): void;
  complete(id: number, source: string, cursor: number): Promise<void>;
  fetched(id: number, blocks: FetchedBlock[], failure: FetchFailure | null): void;
  files(names: string): void;
}

interface PythonSide {
  close_doors(): string;
  enter(page: ReturnType<typeof pageOf>): Room;
}

type Say = (message: FromConsole, transfer?: Transferable[]) => void;

self.onmessage = async (event: MessageEvent<{ runtime: Runtime }>) => {
  const port = event.ports[0] as MessagePort;
  const say: Say = (message, transfer = []) => port.postMessage(message, transfer);
  self.onmessage = null;
  try {
    const { runtime } = event.data;
    const pyodide = await startPython({ ...runtime, wheels: [...runtime.wheels, ...runtime.console] }, "/home/console");
    const share = shareFiles(pyodide.FS);
    const library = new CompletionLibrary(pyodide, runtime);
    const python = pyodide.pyimport("tabswarm.console") as PythonSide;
    const version = python.close_doors();
    const room = python.enter(pageOf(say));
    narrowGlobals();
    port.onmessage = ({ data }: MessageEvent<ToConsole>) => {
      obey(room, data, { share, library, say }).catch((error) => {
        // The Python side tells every error of a cell itself, so what arrives here is the end of Python.
        const reason = String(error);
        say({ is: "dead", reason, memory: /memory|allocation/i.test(reason) });
      });
    };
    say({ is: "ready", python: version });
  } catch (error) {
    say({ is: "broken", reason: String(error) });
  }
};

interface Means {
  share(files: File[]): string[];
  library: CompletionLibrary;
  say: Say;
}

async function obey(room: Room, order: ToConsole, { share, library, say }: Means): Promise<void> {
  switch (order.do) {
    case "open":
      return room.open(order.welcome, order.firstNode);
    case "message":
      return room.message(order.message);
    case "again":
      return room.again();
    case "lost":
      return room.lost(order.code, order.reason);
    case "run":
      return room.run(order.cell, order.name, order.source, JSON.stringify(order.actions), order.parallelism);
    case "interrupt":
      say({ is: "interrupting" });
      return room.interrupt();
    case "complete":
      await library.load().catch(() => {}); // without it nothing is found
      return room.complete(order.id, order.source, order.cursor);
    case "fetched":
      return room.fetched(order.id, order.blocks, order.failure);
    case "files":
      return room.files(JSON.stringify(share(order.files)));
  }
}

/** What Python says to the page (`console/host.py` has the same list): what has more of a shape comes as JSON. */
function pageOf(say: Say) {
  return {
    say: (message: Uint8Array) => say({ is: "say", message }),
    fetch: (id: number, holder: string, orders: string) =>
      say({ is: "fetch", id, holder, orders: JSON.parse(orders) as FetchOrder[] }),
    provide: (block: string, data: Uint8Array, hashes: Uint8Array) =>
      say({ is: "provide", block: JSON.parse(block) as BlockId, data, hashes }, [data.buffer as ArrayBuffer]),
    release: (nodes: string) => say({ is: "release", nodes: JSON.parse(nodes) as number[] }),
    event: (cell: string, event: string) => say({ is: "event", cell, event: JSON.parse(event) as CellEvent }),
    action: (cell: string, k: number, hash: string, job: string, recalled: boolean, parallelism: number) =>
      say({ is: "action", cell, k, hash, job, recalled, parallelism }),
    waiting: (cell: string, jobs: string) => say({ is: "waiting", cell, jobs: JSON.parse(jobs) as string[] }),
    computing: (cell: string) => say({ is: "computing", cell }),
    completions: (id: number, completions: string) =>
      say({ is: "completions", id, completions: JSON.parse(completions) as Completion[] }),
    done: (cell: string, outcome: string, parallelism: number) =>
      say({ is: "done", cell, outcome: outcome as Outcome, parallelism }),
  };
}
