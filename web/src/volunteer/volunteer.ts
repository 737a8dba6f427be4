import type { Runtime } from "../frame/protocol.ts";
import { socketAddress } from "../peer/addresses.ts";
import { BlockStore } from "../peer/block_store.ts";
import { BytesCounter } from "../peer/bytes_moved.ts";
import type { Moved } from "../peer/exchange.ts";
import { FetchError } from "../peer/fetching.ts";
import { Session, VOLUNTEER } from "../peer/session.ts";
import { openSpill, sweepSpills } from "../peer/spill.ts";
import { canConnect, Ways } from "../peer/ways.ts";
import { probeTargets, pythonOf, versionOf } from "../sandbox/runtime.ts";
import { CannotSandbox, Sandbox } from "../sandbox/sandbox.ts";
import {
  type CopyBlocks,
  type FromVolunteer,
  type Hello,
  PROTOCOL,
  type ToVolunteer,
  type Welcome,
} from "../wire/messages.ts";
import type { Attempt } from "./attempt.ts";
import { copyBlocks } from "./copies.ts";
import type { Fetch } from "./inputs.ts";
import { forgetInvite } from "./invite.ts";
import * as state from "./state.ts";
import { Tasks } from "./tasks.ts";
import { Workers } from "./workers.ts";

/** Bytes of blocks that this tab holds in memory: an eighth of what the device has (browsers say at most 8 GB). */
const budget = () => ((navigator as { deviceMemory?: number }).deviceMemory ?? 4) * 2 ** 27;
/** How long blocks are kept for a session that may be taken up again, in ms. */
const KEEP = 600_000;
/** All cores but one, so that the device stays its person's own. */
const mostCores = () => Math.max(1, (navigator.hardwareConcurrency || 2) - 1);

/**
 * This tab as a volunteer: it connects to learn who asks, starts nothing before `start`, and ends everything on `stop`.
 *
 * It wires the parts together; each of them is a file of its own.
 */
export class Volunteer {
  private readonly store = new BlockStore(budget(), {
    openSpill,
    lost: (blocks) => this.session.send({ type: "BlocksLost", blocks }),
    changed: () => this.show(),
  });
  private readonly workers: Workers;
  private readonly tasks: Tasks;
  private session: Session<ToVolunteer, FromVolunteer>;
  private readonly bytesMoved = new BytesCounter((message) => this.session.send(message));
  /** The ways to other peers' blocks, for as long as a session. */
  private ways: Ways | null = null;
  private sandbox: Sandbox | null = null;
  /** Slots that the coordinator knows of: none before Python runs. */
  private offered = 0;
  private peer = "";
  /** The secret that takes this session up again after it broke, as the same peer. */
  private resume = "";
  private keeping: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly invite: string,
    private readonly runtime: Runtime,
  ) {
    state.cores.value = { allowed: mostCores(), most: mostCores() };
    this.workers = new Workers(
      (died) => (this.sandbox as Sandbox).startWorker("tasks", died),
      () => this.pythonRuns(),
      (reason) => this.halt({ is: "cannot-start", reason }),
    );
    this.tasks = new Tasks({
      store: this.store,
      workers: this.workers,
      fetch: (holder, orders) => this.fetch(holder, orders),
      send: (message) => this.session.send(message),
      changed: () => this.show(),
      done: (attempt) => this.done(attempt),
    });
    this.session = this.newSession();
    this.session.connect();
  }

  /** The person pressed Start: seal the frame, start Python, offer a slot. */
  async start(): Promise<void> {
    state.started.value = true;
    state.phase.value = { is: "sealing" };
    try {
      const sandbox = await Sandbox.open(document.body, await probeTargets(), () => this.frameGone());
      if (state.phase.value.is !== "sealing") return sandbox.close();
      this.sandbox = sandbox;
    } catch (error) {
      if (error instanceof CannotSandbox) return this.halt({ is: "cannot-sandbox", escaped: error.escaped });
      return this.halt({ is: "cannot-start", reason: error instanceof Error ? error.message : String(error) });
    }
    state.phase.value = { is: "starting" };
    this.workers.warm();
    void sweepSpills();
  }

  /** The person pressed Stop now: nothing runs any more when this returns. */
  stop(): void {
    state.phase.value = { is: "leaving" };
    this.quit("stopped by its person");
    state.phase.value = { is: "left" };
  }

  /** The person pressed Finish then stop: no new task comes, and others take over what this tab holds. */
  finish(): void {
    if (state.phase.value.is === "gone") return this.stop();
    state.phase.value = { is: "finishing" };
    this.session.send({ type: "Leaving", reason: "finished by its person", drain: true });
  }

  /** The page goes away. */
  quit(reason: string): void {
    this.session.send({ type: "Leaving", reason });
    this.stopWork();
    this.leaveWays();
    this.session.end();
  }

  /** The person changed how many cores this tab may use. */
  allowCores(allowed: number): void {
    state.cores.value = { ...state.cores.value, allowed };
    if (this.workers.slots > allowed) this.offer(allowed);
  }

  /** The person chose, before Start, whether peers may see this device's address. */
  relayOnly(chosen: boolean): void {
    state.relayOnly.value = { ...state.relayOnly.value, chosen };
    if (!this.ways) return; // the next hello says so
    this.session.send({ type: "Capabilities", words: this.capabilities });
    this.ways.allowDirect(this.capabilities.length > 0);
  }

  /** The network is back, so do not wait longer. */
  online(): void {
    this.session.retryNow();
  }

  private newSession(): Session<ToVolunteer, FromVolunteer> {
    return new Session<ToVolunteer, FromVolunteer>(VOLUNTEER, socketAddress("/socket"), {
      hello: () => this.hello(),
      opened: (welcome) => this.opened(welcome),
      message: (message, bytes) => this.take(message, bytes),
      heard: () => this.ways?.tick(),
      broken: () => this.broken(),
      refused: ({ code, reason }) => {
        if (code === "unauthenticated" || code === "wrong_role") forgetInvite(window);
        this.halt({ is: "refused", code, reason });
      },
    });
  }

  private hello(): Hello {
    return {
      type: "Hello",
      token: this.invite,
      role: "volunteer",
      protocol: PROTOCOL,
      version: versionOf(this.runtime),
      python: pythonOf(this.runtime),
      kind: "tab",
      slots: this.offered,
      memory: this.store.budget,
      resume: this.resume,
      capabilities: this.capabilities,
    };
  }

  /** How others may reach this tab besides the relay. */
  private get capabilities(): string[] {
    const { chosen, always } = state.relayOnly.value;
    return canConnect() && !chosen && !always ? ["webrtc"] : [];
  }

  private opened(welcome: Welcome): void {
    clearTimeout(this.keeping);
    if (welcome.peer !== this.peer) this.store.dropAll();
    else if (this.store.count > 0) this.session.send({ type: "Announce", blocks: this.store.held() });
    this.peer = welcome.peer;
    this.resume = welcome.resume;
    state.title.value = welcome.title ?? "";
    state.relayOnly.value = { ...state.relayOnly.value, always: Boolean(welcome.relay_only) || !canConnect() };
    this.leaveWays();
    this.ways = new Ways(welcome, {
      hello: { ...this.hello(), slots: 0 },
      store: this.store,
      direct: this.counting("direct"),
      relayed: this.counting("relayed"),
      send: (signal) => this.session.send(signal),
      mayConnect: this.capabilities.length > 0,
    });
    if (this.sandbox) state.phase.value = { is: this.offered > 0 ? "working" : "starting" };
    else if (state.phase.value.is === "connecting" || state.phase.value.is === "gone")
      state.phase.value = { is: "invited" };
  }

  /** The session is over, and with it all that this tab was asked. What it holds it keeps for a while, to come back with. */
  private broken(): void {
    if (state.phase.value.is === "finishing") return this.stop();
    this.leaveWays();
    this.tasks.reset();
    clearTimeout(this.keeping);
    this.keeping = setTimeout(() => this.forget(), KEEP);
    state.job.value = "";
    if (state.phase.value.is !== "sealing") state.phase.value = { is: "gone" };
    this.show();
  }

  private forget(): void {
    this.store.dropAll();
    this.show();
  }

  private leaveWays(): void {
    this.ways?.end();
    this.ways = null;
    this.bytesMoved.reset();
  }

  private counting(way: "direct" | "relayed"): Moved {
    const count = (shown: typeof state.received, bytes: number) => {
      shown.value = { ...shown.value, [way]: shown.value[way] + bytes };
    };
    return {
      received: (bytes, application) => {
        count(state.received, bytes);
        if (way === "direct") this.bytesMoved.add(application, bytes);
      },
      served: (bytes) => count(state.served, bytes),
    };
  }

  private take(message: ToVolunteer, bytes: Uint8Array): void {
    if (message.type === "Pass") return this.store.passes.learn(message.application, message.secret);
    if (message.type === "Holders") return this.ways?.learn(message);
    if (message.type === "Signal") return this.ways?.take(message);
    if (message.type === "JobInfo") {
      state.job.value = message.name || message.job;
      return;
    }
    if (message.type === "MayLeave") {
      this.quit("finished");
      state.phase.value = { is: "left", leftBehind: message.left_behind ?? 0 };
      return;
    }
    if (message.type === "CopyBlocks") return void this.copy(message);
    this.tasks.take(message, bytes);
    if (message.type === "Assign") this.grow();
  }

  private async copy(order: CopyBlocks): Promise<void> {
    const { session } = this;
    const blocks = await copyBlocks(order, this.peer, this.store, (holder, orders) => this.fetch(holder, orders));
    if (session === this.session) session.send({ type: "Copied", blocks });
    this.show();
  }

  private fetch(holder: string, orders: Parameters<Fetch>[1]): ReturnType<Fetch> {
    if (!this.ways) {
      const { block } = orders[0] as (typeof orders)[number];
      const gone = new FetchError(block, holder, "this volunteer's session is over", false, true);
      return { arrivals: Promise.reject(gone), cancel: () => {} };
    }
    return this.ways.fetch(holder, orders);
  }

  private pythonRuns(): void {
    if (this.offered === 0) this.offer(1);
    if (state.phase.value.is === "starting") state.phase.value = { is: "working" };
    this.tasks.dispatch();
  }

  /** One more Worker while tasks queue up, as far as the person lets it. */
  private grow(): void {
    const queued = this.tasks.all.length > this.workers.slots;
    if (queued && this.workers.slots < state.cores.value.allowed) this.offer(this.workers.slots + 1);
  }

  private offer(slots: number): void {
    this.workers.resize(slots);
    this.offered = slots;
    this.session.send({ type: "Resources", slots, memory: this.store.budget });
  }

  private done(attempt: Attempt): void {
    state.tasksDone.value += 1;
    state.secondsComputed.value += (performance.now() - attempt.began) / 1000;
  }

  private show(): void {
    state.tasks.value = this.tasks.all.map(({ assign: { spec }, state: at }) => {
      const [node, partition] = spec.steps.at(-1) ?? [-1, -1];
      return { name: spec.names[node] ?? "", partition, state: at };
    });
    const { count, bytes, bytesOnDisk, isFull } = this.store;
    state.held.value = { count, bytes, bytesOnDisk, isFull };
  }

  private frameGone(): void {
    if (this.sandbox) this.halt({ is: "cannot-start", reason: "the sealed frame ended by itself" });
  }

  private halt(phase: state.Phase): void {
    this.quit(phase.is);
    state.phase.value = phase;
  }

  private stopWork(): void {
    clearTimeout(this.keeping);
    this.workers.close();
    this.sandbox?.close();
    this.sandbox = null;
    this.offered = 0;
    state.started.value = false;
    this.tasks.reset();
    this.store.end();
    this.show();
  }
}
