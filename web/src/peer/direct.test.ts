import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FakeNetwork } from "../../tests/fake_connections.ts";
import { settle } from "../../tests/puppet_volunteer.ts";
import type { BlockId, Holders, Signal } from "../wire/messages.ts";
import { BlockStore } from "./block_store.ts";
import { IDLE_AFTER } from "./connection.ts";
import { Direct, MOST_ANSWERED, PATIENCE, retryAfter, TRY_LIMIT } from "./direct.ts";
import type { Carrier } from "./exchange.ts";
import { MOST_ALIVE } from "./pool.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  vi.spyOn(console, "info").mockImplementation(() => {});
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const id: BlockId = ["a1", "map", 7, 0, 0];

/** Tabs that hear of each other by a coordinator that a test can hold back (`queue`) or make deaf (`deaf`). */
function tabs(names: string[], options: { capable?: boolean; connect?: null } = {}) {
  const network = new FakeNetwork();
  const queue: [from: string, signal: Signal][] = [];
  const coordinator = { queue, offers: 0, deaf: false, held: false };
  const all = new Map<string, { direct: Direct; store: BlockStore; received: [number, string][] }>();
  const pass = async () => {
    for (let rounds = 0; rounds < 12; rounds += 1) {
      await settle();
      if (coordinator.held) continue;
      for (const [from, signal] of queue.splice(0))
        if (!coordinator.deaf) all.get(signal.peer)?.direct.take({ ...signal, peer: from });
    }
  };
  for (const me of names) {
    const store = new BlockStore(10_000_000);
    store.passes.learn("a1", "sesame");
    const received: [number, string][] = [];
    const direct = new Direct({
      me,
      store,
      moved: { received: (bytes, application) => void received.push([bytes, application]), served: () => {} },
      send: (signal) => {
        queue.push([me, signal]);
        if (signal.kind === "offer") coordinator.offers += 1;
      },
      connect: options.connect === null ? null : network.connect,
      random: Math.random,
    });
    all.set(me, { direct, store, received });
  }
  const capabilities = options.capable === false ? [] : ["webrtc"];
  const holders: Holders = {
    type: "Holders",
    holders: names.map((name) => [name, "tab", "", capabilities, "", "", "", ""]),
  };
  for (const { direct } of all.values()) direct.learn(holders);
  const tab = (name: string) => all.get(name) as { direct: Direct; store: BlockStore; received: [number, string][] };
  return { network, coordinator, pass, tab };
}

/** What became of a `reach`, without waiting for it. */
function watch(reached: Promise<Carrier | null>): { is: "waiting" | "relay" | "direct"; carrier: Carrier | null } {
  const seen: ReturnType<typeof watch> = { is: "waiting", carrier: null };
  void reached.then((carrier) => Object.assign(seen, { is: carrier ? "direct" : "relay", carrier }));
  return seen;
}

test("a connection is opened on need, carries blocks, and is used again", async () => {
  const { network, pass, tab } = tabs(["v1", "v2"]);
  tab("v2").store.put([
    { id, data: new Uint8Array(300_000).fill(5), sizes: [100_000, 200_000], hashes: new Uint8Array(32) },
  ]);
  const first = watch(tab("v1").direct.reach("v2"));
  await pass();
  expect(first.is).toBe("direct");
  const transfer = first.carrier?.fetch("v2", [{ block: id, segments: [1], limit: 300_000 }]);
  await pass();
  expect((await transfer?.arrivals)?.[0]?.data).toEqual(new Uint8Array(200_000).fill(5));
  expect(tab("v1").received.reduce((sum, [bytes]) => sum + bytes, 0)).toBe(200_000);
  expect(tab("v1").received[0]?.[1]).toBe("a1");
  expect(await tab("v1").direct.reach("v2")).toBe(first.carrier);
  expect(await tab("v2").direct.reach("v1")).not.toBe(null);
  expect(network.made.length).toBe(2);
});

test("when both open at once the smaller id yields, and one connection is left", async () => {
  const { network, pass, tab } = tabs(["v1", "v2"]);
  const one = watch(tab("v1").direct.reach("v2"));
  const other = watch(tab("v2").direct.reach("v1"));
  await pass();
  expect([one.is, other.is]).toEqual(["direct", "direct"]);
  expect(network.alive.length).toBe(2);
  expect(network.made.map(({ connectionState }) => connectionState === "closed")).toEqual([true, false, false]);
});

test("who has no WebRTC, or asks somebody without it or a stranger, takes the relay at once", async () => {
  const without = tabs(["v1", "v2"], { connect: null });
  expect(await without.tab("v1").direct.reach("v2")).toBe(null);
  const incapable = tabs(["v1", "v2"], { capable: false });
  expect(await incapable.tab("v1").direct.reach("v2")).toBe(null);
  expect(await tabs(["v1"]).tab("v1").direct.reach("v9")).toBe(null);
});

test("after 3 s the relay is taken, and the channel that opens later is used from then on", async () => {
  const { coordinator, pass, tab } = tabs(["v1", "v2"]);
  coordinator.held = true;
  const first = watch(tab("v1").direct.reach("v2"));
  await pass();
  vi.advanceTimersByTime(PATIENCE - 1);
  await pass();
  expect(first.is).toBe("waiting");
  vi.advanceTimersByTime(1);
  await pass();
  expect(first.is).toBe("relay");
  expect(await tab("v1").direct.reach("v2")).toBe(null);
  coordinator.held = false;
  await pass();
  expect(await tab("v1").direct.reach("v2")).not.toBe(null);
});

test("where timers come late, any message of the coordinator's ends a wait that was long enough", async () => {
  const { coordinator, pass, tab } = tabs(["v1", "v2"]);
  coordinator.held = true;
  const first = watch(tab("v1").direct.reach("v2"));
  await pass();
  const late = vi.spyOn(performance, "now").mockReturnValue(performance.now() + PATIENCE);
  tab("v1").direct.tick();
  late.mockRestore();
  await pass();
  expect(first.is).toBe("relay");
});

test("a way that is cut is tried again behind the relay, farther and farther apart, as long as it is wanted", async () => {
  const { network, coordinator, pass, tab } = tabs(["v1", "v2"]);
  network.cut = true;
  void tab("v1").direct.reach("v2");
  const tries: number[] = [];
  for (let second = 0; second < 120; second += 1) {
    const before = coordinator.offers;
    await pass();
    vi.advanceTimersByTime(1_000);
    if (second >= 3) expect(await tab("v1").direct.reach("v2")).toBe(null);
    if (coordinator.offers > before) tries.push(second);
  }
  expect(tries.length).toBeGreaterThanOrEqual(3);
  const gaps = tries.slice(1).map((at, index) => at - (tries[index] as number));
  expect(Math.min(...gaps)).toBeGreaterThan(TRY_LIMIT / 1000);
  network.cut = false;
  for (let second = 0; second < 180; second += 1) {
    await pass();
    vi.advanceTimersByTime(1_000);
  }
  expect(await tab("v1").direct.reach("v2")).not.toBe(null);
});

test("nobody who is not wanted is tried again", async () => {
  const { network, pass, tab } = tabs(["v1", "v2"]);
  network.cut = true;
  void tab("v1").direct.reach("v2");
  await pass();
  vi.advanceTimersByTime(TRY_LIMIT);
  await pass();
  vi.advanceTimersByTime(600_000);
  await pass();
  expect(network.made.length).toBe(2);
});

test("an offer that the coordinator does not forward is known at once, and not after 3 s", async () => {
  const { coordinator, pass, tab } = tabs(["v1", "v2"]);
  coordinator.deaf = true;
  const first = watch(tab("v1").direct.reach("v2"));
  await pass();
  expect(first.is).toBe("waiting");
  tab("v1").direct.take({ type: "Signal", peer: "v2", kind: "end", data: "" });
  await pass();
  expect(first.is).toBe("relay");
});

test("a connection that breaks fails what was on its way as lost, and is opened anew later", async () => {
  const { network, pass, tab } = tabs(["v1", "v2"]);
  tab("v2").store.put([{ id, data: new Uint8Array(5_000_000), sizes: [5_000_000], hashes: new Uint8Array(16) }]);
  const first = watch(tab("v1").direct.reach("v2"));
  await pass();
  const transfer = first.carrier?.fetch("v2", [{ block: id, segments: [0], limit: 5_000_000 }]);
  const ended = expect(transfer?.arrivals).rejects.toMatchObject({ lost: true, corrupt: false, arrived: [] });
  network.made[0]?.fail();
  await ended;
  expect(await tab("v1").direct.reach("v2")).toBe(null);
  await pass();
  expect(network.alive.length).toBe(0);
  vi.advanceTimersByTime(retryAfter(1, () => 1));
  await pass();
  expect(await tab("v1").direct.reach("v2")).not.toBe(null);
});

test("a signal of an attempt that was given up changes nothing, and neither does one that is none", async () => {
  const { coordinator, network, pass, tab } = tabs(["v1", "v2"]);
  coordinator.held = true;
  const first = watch(tab("v1").direct.reach("v2"));
  await settle();
  for (const data of ["", "no JSON", "null", "7", "{}", '{"attempt":"another"}'])
    for (const kind of ["answer", "candidate", "end"] as const) {
      if (kind === "end" && data === "") continue;
      tab("v1").direct.take({ type: "Signal", peer: "v2", kind, data });
      tab("v1").direct.take({ type: "Signal", peer: "v8", kind, data });
    }
  coordinator.held = false;
  await pass();
  expect(first.is).toBe("direct");
  expect(network.made.length).toBe(2);
});

test("a peer that offers without end uses up its own share of connections and not the tab's", async () => {
  const { network, coordinator, pass, tab } = tabs(["v1", "v2", "v3"]);
  coordinator.deaf = true;
  for (let number = 0; number < MOST_ANSWERED + 40; number += 1) {
    const data = JSON.stringify({ attempt: `a${number}`, sdp: "0" });
    tab("v1").direct.take({ type: "Signal", peer: "v2", kind: "offer", data });
  }
  await pass();
  expect(network.made.length).toBe(MOST_ANSWERED);
  expect(network.alive.length).toBeLessThanOrEqual(1);
  coordinator.deaf = false;
  const other = watch(tab("v1").direct.reach("v3"));
  await pass();
  expect(other.is).toBe("direct");
});

test("past 32 connections the one that was idle for a while and used longest ago goes, else the relay is taken", async () => {
  const others = Array.from({ length: MOST_ALIVE + 1 }, (_, number) => `v${100 + number}`);
  const { network, pass, tab } = tabs(["v1", ...others]);
  const { direct } = tab("v1");
  for (const other of others.slice(0, MOST_ALIVE)) {
    void direct.reach(other);
    await pass();
  }
  await direct.reach(others[0] as string);
  const refused = watch(direct.reach(others[MOST_ALIVE] as string));
  await pass();
  expect(refused.is).toBe("relay");
  expect(network.alive.length).toBe(2 * MOST_ALIVE);
  vi.advanceTimersByTime(IDLE_AFTER);
  const last = watch(direct.reach(others[MOST_ALIVE] as string));
  await pass();
  expect(last.is).toBe("direct");
  expect(network.alive.length).toBe(2 * MOST_ALIVE);
  expect(network.made[0]?.connectionState).toBe("new");
  expect(network.made[2]?.connectionState).toBe("closed");
  vi.advanceTimersByTime(IDLE_AFTER);
  const again = watch(direct.reach(others[1] as string));
  await pass();
  expect(again.is).toBe("direct");
});

test("the end of the session ends all connections, and who waits is sent away", async () => {
  const { coordinator, network, pass, tab } = tabs(["v1", "v2", "v3"]);
  void tab("v1").direct.reach("v2");
  await pass();
  coordinator.held = true;
  const waiting = watch(tab("v1").direct.reach("v3"));
  await settle();
  tab("v1").direct.end();
  await settle();
  expect(waiting.is).toBe("relay");
  expect(network.made[0]?.connectionState).toBe("closed");
  expect(await tab("v1").direct.reach("v2")).toBe(null);
});
