// A console's kernel whose Workers and coordinator the tests play themselves.
import { signal } from "@preact/signals";
import { vi } from "vitest";
import { ConsoleKernel } from "../src/console/driver/console_kernel.ts";
import type { LineState, Opened } from "../src/console/driver/control_line.ts";
import { DriverBlocks } from "../src/console/driver/driver_blocks.ts";
import { Pythons } from "../src/console/driver/pythons.ts";
import type { CellEvent, Outcome } from "../src/console/kernel.ts";
import type { FromConsole, ToConsole } from "../src/frame/console_protocol.ts";
import { BlockStore } from "../src/peer/block_store.ts";
import type { Arrival, FetchError, Order } from "../src/peer/fetching.ts";
import { decodeMessage, type Tagged } from "../src/wire/codec.ts";
import type { FromDriver } from "../src/wire/messages.ts";

/** A Worker whose Python is the test. */
export class PuppetPython {
  ended = false;
  orders: ToConsole[] = [];
  port = {
    onmessage: (_: { data: unknown }) => {},
    postMessage: (order: ToConsole) => void this.orders.push(order),
  };

  constructor(readonly died: (reason: string) => void) {}

  say(message: FromConsole): void {
    this.port.onmessage({ data: message });
  }

  /** The orders of one kind. */
  told<Kind extends ToConsole["do"]>(kind: Kind): Extract<ToConsole, { do: Kind }>[] {
    return this.orders.filter((order): order is Extract<ToConsole, { do: Kind }> => order.do === kind);
  }

  /** The cells that it was given to run, as `id: source`. */
  get runs(): string[] {
    return this.told("run").map(({ cell, source }) => `${cell}: ${source}`);
  }

  /** The last cell that it was given ends. */
  done(outcome: Outcome = "done", parallelism = 0): void {
    this.say({ is: "done", cell: this.told("run").at(-1)?.cell ?? "", outcome, parallelism });
  }

  /** The last cell that it was given has an action. */
  act(k: number, job: string, recalled = false, hash = `h${k}`): void {
    this.say({ is: "action", cell: this.told("run").at(-1)?.cell ?? "", k, hash, job, recalled });
  }
}

/** Lets promises that are settled already run on. */
export const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

export function puppetConsole({ open = true, budget = 1_000 } = {}) {
  const pythons: PuppetPython[] = [];
  const said: Tagged[] = [];
  const state = signal<LineState>({ is: open ? "open" : "connecting" });
  const opened: Opened = { welcome: Uint8Array.of(1), application: "a1", firstFree: 100 };
  const line = {
    current: open ? opened : null,
    news: null as Uint8Array | null,
    say: (message: FromDriver) => void said.push(message),
    sayPacked: (bytes: Uint8Array) => void said.push(decodeMessage(bytes)),
  };
  const store = new BlockStore(budget);
  const fetches: { holder: string; orders: Order[]; arrive(...of: Arrival[]): void; fail(error: FetchError): void }[] =
    [];
  const blocks = new DriverBlocks(store, (holder, orders) => {
    const { promise, resolve, reject } = Promise.withResolvers<Arrival[]>();
    fetches.push({ holder, orders, arrive: (...of) => resolve(of), fail: reject });
    return { arrivals: promise, cancel: () => {} };
  });
  const openFrame = vi.fn(async () => (died: (reason: string) => void) => {
    const puppet = new PuppetPython(died);
    pythons.push(puppet);
    const end = () => {
      puppet.ended = true;
    };
    return { port: puppet.port as unknown as MessagePort, end };
  });
  const pool = new Pythons(line, blocks, openFrame);
  const kernel = new ConsoleKernel(state, pool);
  const latest = () => pythons.at(-1) as PuppetPython;
  /** A cell that was asked for, with all that is heard of it. */
  const ask = (id: string, source = `source of ${id}`) => {
    const events: CellEvent[] = [];
    const asked = { events, outcome: undefined as Outcome | undefined };
    void kernel
      .run({ id, source }, (event) => events.push(event))
      .then((outcome) => {
        asked.outcome = outcome;
      });
    return asked;
  };
  /** Python is there, as soon as it is wanted. */
  const ready = async () => {
    await settle();
    latest().say({ is: "ready", python: "3.14.2" });
    await settle();
  };
  /** Runs a cell to its end, with these actions. */
  const runThrough = async (id: string, jobs: string[] = [], outcome: Outcome = "done") => {
    const asked = ask(id);
    await settle();
    for (const [k, job] of jobs.entries()) latest().act(k, job);
    latest().done(outcome);
    await settle();
    return asked;
  };
  /** A new session is open, as after a restart of the coordinator. */
  const newSession = () => {
    line.current = { ...opened, application: "a2" };
    state.value = { is: "open" };
    pool.end();
  };
  return {
    kernel,
    pool,
    line,
    state,
    opened,
    store,
    blocks,
    pythons,
    latest,
    said,
    fetches,
    openFrame,
    ask,
    ready,
    runThrough,
    newSession,
  };
}
