// A Worker of the sealed frame: starts Python, then runs the tasks that come over its port, one after the other.
import type { FromWorker, Piece, Runtime, ToWorker, WrittenBlock } from "./protocol.ts";
import { narrowGlobals } from "./scope.ts";
import { startPython } from "./start_python.ts";

/** What the Python side calls while it runs a task (`worker/pyodide/host.py` has the same list). */
interface Host {
  output(stream: string, text: string, partition: number, dropped: number): void;
  block(data: Uint8Array, sizes: number[], hashes: Uint8Array): void;
  finished(message: Uint8Array): void;
  failed(message: Uint8Array): void;
  corrupt(block: string, reason: string): void;
}

/** The two functions of `tabswarm.worker.pyodide`. */
interface PythonSide {
  close_doors(): string;
  run(
    assign: Uint8Array,
    code: [string, Uint8Array][],
    inputs: Piece[][],
    forget: ToWorker["forget"],
    host: Host,
  ): void;
}

self.onmessage = async (event: MessageEvent<{ runtime: Runtime }>) => {
  const port = event.ports[0] as MessagePort;
  const say = (message: FromWorker, transfer: Transferable[] = []) => port.postMessage(message, transfer);
  self.onmessage = null;
  try {
    const pyodide = await startPython(event.data.runtime, "/home/volunteer");
    const python = pyodide.pyimport("tabswarm.worker.pyodide") as PythonSide;
    const version = python.close_doors();
    narrowGlobals();
    port.onmessage = ({ data }: MessageEvent<ToWorker>) => {
      try {
        python.run(data.assign, data.code, data.inputs, data.forget, hostOf(say));
      } catch (error) {
        // The Python side reports every error of a task itself, so what arrives here is the end of Python.
        const reason = String(error);
        say({ is: "dead", reason, memory: /memory|allocation/i.test(reason) });
      }
    };
    say({ is: "ready", python: version });
  } catch (error) {
    say({ is: "broken", reason: String(error) });
  }
};

/** What a task tells the page; the blocks' buffers are moved there, not copied. */
function hostOf(say: (message: FromWorker, transfer?: Transferable[]) => void): Host {
  const blocks: WrittenBlock[] = [];
  return {
    output: (stream, text, partition, dropped) => say({ is: "output", stream, text, partition, dropped }),
    block: (data, sizes, hashes) => void blocks.push({ data, sizes, hashes }),
    finished: (message) =>
      say(
        { is: "finished", message, blocks },
        blocks.map(({ data }) => data.buffer as ArrayBuffer),
      ),
    failed: (message) => say({ is: "failed", message }),
    corrupt: (block, reason) => say({ is: "corrupt", block, reason }),
  };
}
