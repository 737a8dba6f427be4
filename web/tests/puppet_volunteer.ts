// A volunteer whose Workers and transfers the tests play themselves, for `tasks.test.ts` and `workers.test.ts`.
import { vi } from "vitest";
import type { FromWorker, ToWorker } from "../src/frame/protocol.ts";
import { BlockStore } from "../src/peer/block_store.ts";
import { type Arrival, FetchError, type Order } from "../src/peer/fetching.ts";
import { Tasks } from "../src/volunteer/tasks.ts";
import { Workers } from "../src/volunteer/workers.ts";
import { encodeMessage } from "../src/wire/codec.ts";
import type { Assign, BlockId, Finished, FromVolunteer, Source, ToVolunteer } from "../src/wire/messages.ts";

/** A Worker whose Python is the test. */
export class Puppet {
  ended = false;
  orders: ToWorker[] = [];
  port = {
    onmessage: (_: { data: unknown }) => {},
    postMessage: (order: ToWorker) => void this.orders.push(order),
  };

  constructor(readonly died: (reason: string) => void) {}

  end(): void {
    this.ended = true;
  }

  say(message: FromWorker): void {
    this.port.onmessage({ data: message });
  }
}

export interface Pending {
  holder: string;
  orders: Order[];
  arrive(...arrivals: Arrival[]): void;
  fail(error: unknown): void;
  cancelled: boolean;
}

export function volunteer({ slots = 1, budget = 1000 } = {}) {
  const puppets: Puppet[] = [];
  const sent: FromVolunteer[] = [];
  const fetches: Pending[] = [];
  const store = new BlockStore(budget);
  const cannotStart = vi.fn();
  const workers = new Workers(
    (died) => {
      const puppet = new Puppet(died);
      puppets.push(puppet);
      return { port: puppet.port as unknown as MessagePort, end: () => puppet.end() };
    },
    () => tasks.dispatch(),
    cannotStart,
  );
  workers.resize(slots);
  const tasks = new Tasks({
    store,
    workers,
    fetch: (holder, orders) => {
      const { promise, resolve, reject } = Promise.withResolvers<Arrival[]>();
      const pending: Pending = {
        holder,
        orders,
        arrive: (...arrivals) => resolve(arrivals),
        fail: reject,
        cancelled: false,
      };
      fetches.push(pending);
      const cancel = () => {
        pending.cancelled = true;
        reject(new FetchError(orders[0]?.block as BlockId, holder, "cancelled", false));
      };
      return { arrivals: promise, cancel };
    },
    send: (message) => void sent.push(message),
    changed: () => {},
    ran: () => {},
    done: () => {},
  });
  const take = (message: ToVolunteer) => tasks.take(message, encodeMessage(message));
  const running = () => puppets.filter(({ ended }) => !ended);
  return { tasks, workers, store, puppets, running, sent, fetches, take, cannotStart };
}

export const block = (node: number, application = "a1"): BlockId => [application, "rdd", node, 0, 0];

export function assign(
  task: number,
  options: { sources?: Source[]; application?: string; limit?: number } = {},
): Assign {
  const { sources = [], application = "a1", limit = 0 } = options;
  return {
    type: "Assign",
    spec: {
      application,
      job: "j1",
      task,
      attempt: 0,
      operators: {},
      names: { 1: "map at job.py:3" },
      steps: [[1, 4, []]],
      sources,
      sinks: [{ type: "rdd", step: 0, block: block(task, application) }],
      stage: 0,
      begun_before: 0,
      barrier: 0,
      properties: {},
    },
    code: ["h1"],
    locations: sources.flatMap((source) =>
      source.type === "block" ? [[source.block, 100, new Uint8Array(16).fill(1), ["v2"]] as const] : [],
    ) as unknown as Assign["locations"],
    time_limit: limit,
  };
}

export const finished = (task: number, size = 3, of = block(task)): FromWorker => ({
  is: "finished",
  message: encodeMessage({
    type: "Finished",
    task,
    attempt: 0,
    sinks: [{ block: of, size, root: new Uint8Array(16) }],
    runs: [[1, 4, 2, false]],
    seconds: 0.5,
  } as Finished),
  blocks: [{ data: new Uint8Array(size), sizes: [size], hashes: new Uint8Array(16) }],
});
export const ready: FromWorker = { is: "ready", python: "3.14.2" };
/** Lets promises that are settled already run on. */
export const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
export const types = (sent: FromVolunteer[]) => sent.map(({ type }) => type);

/** A volunteer whose one Worker is ready. */
export function withPython(options?: Parameters<typeof volunteer>[0]) {
  const all = volunteer(options);
  all.workers.warm();
  all.puppets[0]?.say(ready);
  return all;
}
