import type { ProbeTargets, Program, ToBroker } from "../frame/protocol.ts";
import { readFromBroker } from "./from_broker.ts";

/** This browser cannot sandbox: a door out of the frame is open. Nothing may run. */
export class CannotSandbox extends Error {
  override name = "CannotSandbox";

  constructor(readonly escaped: string[]) {
    super(escaped.join(", "));
  }
}

/** A connection to one Worker in the frame; `died` is called once if it ends by itself. */
export interface WorkerLine {
  port: MessagePort;
  end(): void;
}

const PATIENCE = 30_000;

/**
 * The sealed frame, seen from the page: an iframe without an origin, where alone a stranger's code runs.
 *
 * `open` gives it only after its self-test: while a fetch, a socket, storage, an import or this page can be reached
 * from inside, it throws `CannotSandbox`.
 */
export class Sandbox {
  private readonly deaths = new Map<number, (reason: string) => void>();
  private next = 1;

  private constructor(
    private readonly frame: HTMLIFrameElement,
    private readonly port: MessagePort,
  ) {
    port.onmessage = ({ data }) => {
      const message = readFromBroker(data);
      if (message?.is === "died") this.deaths.get(message.worker)?.(message.reason);
    };
  }

  /** Puts the frame into `parent` (it shows nothing) and tests it against what this page itself can reach. */
  static async open(parent: HTMLElement, targets: ProbeTargets, onGone: () => void): Promise<Sandbox> {
    const frame = document.createElement("iframe");
    frame.setAttribute("sandbox", "allow-scripts");
    frame.setAttribute("aria-hidden", "true");
    frame.title = "";
    frame.hidden = true;
    frame.src = "/frame";
    try {
      await inTime("the sealed frame did not load", (resolve) => {
        frame.onload = () => resolve(undefined);
        parent.append(frame);
      });
      const { port1, port2 } = new MessageChannel();
      await inTime("the sealed frame did not answer", (resolve) => {
        port1.onmessage = ({ data }) => readFromBroker(data)?.is === "ready" && resolve(undefined);
        // The frame has no origin to name, and what is sent is no secret.
        frame.contentWindow?.postMessage("connect", "*", [port2]);
      });
      const escaped = await inTime<string[]>("the self-test did not end", (resolve) => {
        port1.onmessage = ({ data }) => {
          const message = readFromBroker(data);
          if (message?.is === "probed") resolve(message.escaped);
        };
        tell(port1, { do: "probe", targets });
      });
      if (escaped.length > 0) throw new CannotSandbox(escaped);
      port1.addEventListener("close", onGone);
      return new Sandbox(frame, port1);
    } catch (error) {
      frame.remove();
      throw error;
    }
  }

  /** Starts a Worker with this program; `died` is called where it cannot run, or ends by an error of its own. */
  startWorker(program: Program, died: (reason: string) => void): WorkerLine {
    const worker = this.next++;
    const { port1, port2 } = new MessageChannel();
    const end = () => {
      this.deaths.delete(worker);
      tell(this.port, { do: "end", worker });
      port1.close();
    };
    const once = (reason: string) => {
      if (this.deaths.delete(worker)) died(reason);
    };
    this.deaths.set(worker, once);
    port1.addEventListener("close", () => once("its Worker ended by itself"));
    tell(this.port, { do: "start", worker, program }, [port2]);
    return { port: port1, end };
  }

  /** Ends all that runs in it, at once. */
  close(): void {
    this.deaths.clear();
    this.port.close();
    this.frame.remove();
  }
}

function tell(port: MessagePort, order: ToBroker, ports: MessagePort[] = []): void {
  port.postMessage(order, ports);
}

function inTime<T>(otherwise: string, start: (resolve: (value: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(otherwise)), PATIENCE);
    start((value) => {
      clearTimeout(timer);
      resolve(value);
    });
  });
}
