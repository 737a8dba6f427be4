// A Worker of the sealed frame: starts Python, then runs a console's cells, which may block on what comes meanwhile.
import { shareFiles } from "./console_files.ts";
import type { FromConsole, RecordedAction, ToConsole } from "./console_protocol.ts";
import type { Runtime } from "./protocol.ts";
import { narrowGlobals } from "./scope.ts";
import { startPython } from "./start_python.ts";

/** The functions of `tabswarm.console.room.Room` (`console/host.py` has the same list). */
interface Room {
  open(welcome: Uint8Array, firstNode: number): void;
  message(message: Uint8Array): void;
  again(): void;
  lost(code: number, reason: string): void;
  /** Ends when the cell does; a promise, because the cell may have to wait. */
  run(cell: string, name: string, source: string, actions: RecordedAction[], parallelism: number): Promise<void>;
  interrupt(): void;
  complete(id: number, source: string, cursor: number): Promise<void>;
  fetched(id: number, blocks: unknown, failure: unknown): void;
  files(names: string[]): void;
}

interface PythonSide {
  close_doors(): string;
  enter(say: (message: FromConsole) => void): Room;
}

self.onmessage = async (event: MessageEvent<{ runtime: Runtime }>) => {
  const port = event.ports[0] as MessagePort;
  const say = (message: FromConsole) => port.postMessage(message, movedWith(message));
  self.onmessage = null;
  try {
    const pyodide = await startPython(event.data.runtime, "/home/console");
    const share = shareFiles(pyodide.FS);
    const python = pyodide.pyimport("tabswarm.console") as PythonSide;
    const version = python.close_doors();
    const room = python.enter(say);
    narrowGlobals();
    port.onmessage = ({ data }: MessageEvent<ToConsole>) => {
      obey(room, data, share, say).catch((error) => {
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

async function obey(
  room: Room,
  order: ToConsole,
  share: (files: File[]) => string[],
  say: (message: FromConsole) => void,
): Promise<void> {
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
      return room.run(order.cell, order.name, order.source, order.actions, order.parallelism);
    case "interrupt":
      say({ is: "interrupting" });
      return room.interrupt();
    case "complete":
      return room.complete(order.id, order.source, order.cursor);
    case "fetched":
      return room.fetched(order.id, order.blocks, order.failure);
    case "files":
      return room.files(share(order.files));
  }
}

/** The bytes that are moved to the page, not copied. */
function movedWith(message: FromConsole): Transferable[] {
  return message.is === "provide" ? [message.data.buffer as ArrayBuffer] : [];
}
