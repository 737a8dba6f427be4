import { readOrder } from "./from_page.ts";
import { type Probed, probeFrame } from "./probes.ts";
import type { FromBroker, ProbeTargets, Program, Runtime } from "./protocol.ts";

type Started = { worker: number; program: Program };

/**
 * The broker between the page and the Workers of the sealed frame: it starts and ends them, and tells of their death.
 *
 * It evaluates nothing and passes nothing on: a Worker's messages go through the port that the page gave it.
 */
export class Broker {
  private readonly workers = new Map<number, Worker>();

  /**
   * @param port to the page
   * @param runtime where Python's files are
   * @param scripts the Workers' programs as `data:` URLs (the only module workers that both browsers run here)
   */
  constructor(
    private readonly port: MessagePort,
    private readonly runtime: Runtime,
    private readonly scripts: Record<Program | "probe", string>,
  ) {
    port.onmessage = (event) => void this.obey(event);
    this.say({ is: "ready" });
  }

  private async obey(event: MessageEvent): Promise<void> {
    const order = readOrder(event.data);
    if (order?.do === "start" && event.ports[0]) this.start(order, event.ports[0]);
    else if (order?.do === "end") this.end(order.worker);
    else if (order?.do === "probe") this.say({ is: "probed", ...(await this.probe(order.targets)) });
  }

  private start({ worker: number, program }: Started, port: MessagePort): void {
    if (this.workers.has(number)) return;
    const worker = new Worker(this.scripts[program], { type: "module", name: `tabswarm ${program} ${number}` });
    this.workers.set(number, worker);
    worker.onerror = (event) => {
      event.preventDefault();
      if (this.workers.get(number) !== worker) return;
      this.end(number);
      this.say({ is: "died", worker: number, reason: event.message || "the Worker could not be started" });
    };
    worker.postMessage({ runtime: this.runtime }, [port]);
  }

  private end(number: number): void {
    this.workers.get(number)?.terminate();
    this.workers.delete(number);
  }

  private async probe(targets: ProbeTargets): Promise<Probed> {
    const worker = new Worker(this.scripts.probe, { type: "module" });
    try {
      const [frame, inside] = await Promise.all([
        probeFrame(targets),
        new Promise<Probed>((resolve, reject) => {
          worker.onmessage = (event) => resolve(event.data as Probed);
          worker.onerror = (event) => reject(new Error(event.message || "a Worker could not be started"));
          worker.postMessage(targets);
        }),
      ]);
      return { escaped: [...frame.escaped, ...inside.escaped], refused: [...frame.refused, ...inside.refused] };
    } catch (error) {
      return { escaped: [`the self-test itself failed: ${error}`], refused: [] };
    } finally {
      worker.terminate();
    }
  }

  private say(message: FromBroker): void {
    this.port.postMessage(message);
  }
}
