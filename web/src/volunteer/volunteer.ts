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
import { showAbout, showPurpose } from "./about.ts";
import { Activity, SPAN } from "./activity.ts";
import type { Attempt } from "./attempt.ts";
import { choices } from "./choices.ts";
import { Copies, copyBlocks } from "./copies.ts";
import { Governor } from "./governor.ts";
import type { Fetch } from "./inputs.ts";
import { forgetInstalledInvite } from "./install.ts";
import { forgetInvite } from "./invite.ts";
import { budgetOf } from "./memory_budget.ts";
import { isOverCap } from "./rules.ts";
import * as state from "./state.ts";
import { nameOf } from "./strangers_words.ts";
import { Tasks } from "./tasks.ts";
import { Workers } from "./workers.ts";

/** Since the page was opened, however often it was started. */
const jobsHelped = new Set<string>();
const budget = () => budgetOf(choices.peek());
/** How long blocks are kept for a session that may be taken up again, in ms. */
const KEEP = 600_000;

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
  private readonly governor: Governor;
  private readonly activity = new Activity();
  private readonly copies = new Copies(this.store);
  private sampling: ReturnType<typeof setInterval> | undefined;
  private peer = "";
  /** Bytes of blocks that went either way since Start. */
  private moved = 0;
  /** The capabilities that the coordinator heard of last. */
  private told = "";
  /** The secret that takes this session up again after it broke, as the same peer. */
  private resume = "";
  private keeping: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly invite: string,
    private readonly runtime: Runtime,
  ) {
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
      ran: (attempt, ms) => this.ran(attempt, ms),
      done: (attempt) => this.done(attempt),
    });
    this.session = this.newSession();
    this.governor = new Governor({
      allow: (workers, resting) => this.allow(workers, resting),
      offer: () => this.tellResources(),
    });
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
    state.phase.value = { is: this.governor.paused ? "working" : "starting" };
    this.workers.warm();
    this.sampling = setInterval(() => this.sample(), SPAN);
    void sweepSpills();
  }

  /** The person pressed Stop now, or as much moved as they allow: nothing runs any more when this returns. */
  stop(left: Omit<Extract<state.Phase, { is: "left" }>, "is"> = {}): void {
    state.phase.value = { is: "leaving" };
    this.quit(left.cap === undefined ? "stopped by its person" : "its data limit was reached");
    state.phase.value = { is: "left", ...left };
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

  /** The person chose something else: how others may reach this tab, or how much memory blocks may take. */
  choicesChanged(): void {
    const { capabilities } = this;
    if (this.ways && String(capabilities) !== this.told) {
      this.told = String(capabilities);
      this.session.send({ type: "Capabilities", words: capabilities });
      this.ways.allowDirect(capabilities.length > 0);
    }
    if (this.store.budget !== budget()) {
      this.store.resize(budget());
      this.tellResources();
      this.show();
    }
    if (state.started.peek() && isOverCap(this.moved, choices.peek())) this.capReached();
  }

  /** The network is back, or the device from its sleep: do not wait longer. */
  awake(): void {
    this.session.awake();
    this.governor.duty.tick();
  }

  private newSession(): Session<ToVolunteer, FromVolunteer> {
    return new Session<ToVolunteer, FromVolunteer>(VOLUNTEER, socketAddress("/socket"), {
      hello: () => this.hello(),
      opened: (welcome) => this.opened(welcome),
      message: (message, bytes) => this.take(message, bytes),
      heard: () => {
        this.ways?.tick();
        this.governor.duty.tick();
      },
      broken: () => this.broken(),
      refused: ({ code, reason }) => {
        if (code === "unauthenticated" || code === "wrong_role") {
          forgetInvite(window);
          forgetInstalledInvite(window);
        }
        this.halt({ is: "refused", code, reason });
      },
    });
  }

  private hello(): Hello {
    this.told = String(this.capabilities);
    return {
      type: "Hello",
      token: this.invite,
      role: "volunteer",
      protocol: PROTOCOL,
      version: versionOf(this.runtime),
      python: pythonOf(this.runtime),
      kind: "tab",
      slots: this.governor.slots,
      memory: this.store.budget,
      resume: this.resume,
      capabilities: this.capabilities,
    };
  }

  /** How others may reach this tab besides the relay. */
  private get capabilities(): string[] {
    const relayOnly = choices.peek().relayOnly || state.relayAlways.peek();
    return canConnect() && !relayOnly ? ["webrtc"] : [];
  }

  private opened(welcome: Welcome): void {
    clearTimeout(this.keeping);
    if (welcome.peer !== this.peer) this.store.dropAll();
    else if (this.store.count > 0) this.session.send({ type: "Announce", blocks: this.store.held() });
    this.peer = welcome.peer;
    this.resume = welcome.resume;
    showPurpose(welcome);
    state.relayAlways.value = Boolean(welcome.relay_only) || !canConnect();
    this.leaveWays();
    this.ways = new Ways(welcome, {
      hello: { ...this.hello(), slots: 0 },
      store: this.store,
      direct: this.counting("direct"),
      relayed: this.counting("relayed"),
      send: (signal) => this.session.send(signal),
      mayConnect: this.capabilities.length > 0,
    });
    if (this.sandbox) state.phase.value = { is: this.pythonIsDue ? "starting" : "working" };
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
    state.links.value = { direct: 0, relayed: 0 };
  }

  private counting(way: "direct" | "relayed"): Moved {
    const count = (shown: typeof state.received, bytes: number) => {
      shown.value = { ...shown.value, [way]: shown.value[way] + bytes };
      this.moved += bytes;
      if (isOverCap(this.moved, choices.peek())) this.capReached();
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
    if (message.type === "Purpose") return showPurpose(message);
    if (message.type === "About") return showAbout(message);
    if (message.type === "JobInfo") {
      state.job.value = nameOf(message.name || message.job);
      return;
    }
    if (message.type === "MayLeave") {
      this.quit("finished");
      state.phase.value = { is: "left", leftBehind: message.left_behind ?? 0 };
      return;
    }
    if (message.type === "CopyBlocks") return void this.copy(message);
    this.tasks.take(message, bytes);
    if (message.type === "Assign") this.governor.queued(this.tasks.all.length);
  }

  private async copy(order: CopyBlocks): Promise<void> {
    const { session } = this;
    const blocks = await copyBlocks(order, this.peer, this.store, (holder, orders) => this.fetch(holder, orders));
    this.copies.add(blocks);
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
    this.governor.ready();
    if (state.phase.value.is === "starting") state.phase.value = { is: "working" };
    this.tasks.dispatch();
  }

  /** Python is starting, and nothing else can be said of this tab. */
  private get pythonIsDue(): boolean {
    return !this.governor.isReady && !this.governor.paused;
  }

  private allow(workers: number, resting: number): void {
    this.workers.resize(workers);
    this.workers.rest(resting);
    if (!this.sandbox) return;
    if (this.pythonIsDue && state.phase.peek().is === "working") state.phase.value = { is: "starting" };
    this.workers.warm();
    this.tasks.dispatch();
  }

  private tellResources(): void {
    if (state.phase.peek().is === "finishing") return; // it said that it goes, and means it
    this.session.send({ type: "Resources", slots: this.governor.slots, memory: this.store.budget });
  }

  private ran(_: Attempt, ms: number): void {
    state.secondsComputed.value += ms / 1000;
    this.governor.ran(ms);
  }

  private done({ assign }: Attempt): void {
    state.tasksDone.value += 1;
    jobsHelped.add(`${assign.spec.application} ${assign.spec.job}`);
    state.jobsHelped.value = jobsHelped.size;
  }

  private capReached(): void {
    // What moves the last byte is in the middle of its work with store and ways.
    queueMicrotask(() => {
      if (state.started.peek()) this.stop({ cap: choices.peek().dataCap });
    });
  }

  private sample(): void {
    state.activity.value = this.activity.sample();
    if (this.ways) state.links.value = this.ways.links;
  }

  private show(): void {
    state.tasks.value = this.tasks.all.map(({ assign: { spec }, state: at }) => {
      const [node, partition] = spec.steps.at(-1) ?? [-1, -1];
      return { name: nameOf(spec.names[node] ?? ""), partition, state: at };
    });
    const { count, bytes, bytesOnDisk, isFull } = this.store;
    state.held.value = { count, bytes, bytesOnDisk, isFull };
    state.heldAlone.value = count - this.copies.count;
    state.resting.value = this.governor.duty.resting;
    this.activity.computing = this.workers.busy;
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
    clearInterval(this.sampling);
    this.governor.end();
    this.workers.close();
    this.sandbox?.close();
    this.sandbox = null;
    state.started.value = false;
    this.tasks.reset();
    this.store.end();
    this.show();
  }
}
