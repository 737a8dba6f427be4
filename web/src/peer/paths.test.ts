import { expect, test } from "vitest";
import { settle } from "../../tests/puppet_volunteer.ts";
import type { BlockId } from "../wire/messages.ts";
import type { Carrier } from "./exchange.ts";
import { type Arrival, FetchError, type Order } from "./fetching.ts";
import { fetchBy } from "./paths.ts";

const order = (partition: number): Order => ({
  block: ["a1", "map", 7, partition, 0] as BlockId,
  segments: [0],
  limit: 9,
});
const arrival = (mark: number): Arrival => ({ data: Uint8Array.of(mark), sizes: [1], hashes: new Uint8Array(16) });

/** A carrier that does as a test says. */
function carrier() {
  const asked: Order[][] = [];
  const ends: { arrive(...arrivals: Arrival[]): void; fail(error: FetchError): void; reason?: string }[] = [];
  const fetch: Carrier["fetch"] = (_, orders) => {
    asked.push(orders);
    const { promise, resolve, reject } = Promise.withResolvers<Arrival[]>();
    const end: (typeof ends)[number] = { arrive: (...arrivals) => resolve(arrivals), fail: reject };
    ends.push(end);
    const cancel = (reason = "cancelled") => {
      end.reason = reason;
      reject(new FetchError((orders[0] as Order).block, "v2", reason, false, true));
    };
    return { arrivals: promise, received: () => 0, cancel };
  };
  return { fetch, asked, ends };
}

test("what had come before the channel broke is kept, and the rest comes over the relay", async () => {
  const [channel, relay] = [carrier(), carrier()];
  const { arrivals } = fetchBy({ reach: async () => channel }, relay, "v2", [order(0), order(1), order(2)]);
  await settle();
  channel.ends[0]?.fail(new FetchError(order(1).block, "v2", "it broke", false, true, [arrival(1)]));
  await settle();
  expect(relay.asked).toEqual([[order(1), order(2)]]);
  relay.ends[0]?.arrive(arrival(2), arrival(3));
  expect((await arrivals).map(({ data, direct }) => [data[0], direct])).toEqual([
    [1, true],
    [2, false],
    [3, false],
  ]);
});

test("what both ways had brought before the second failed as well is told in the order of asking", async () => {
  const [channel, relay] = [carrier(), carrier()];
  const { arrivals } = fetchBy({ reach: async () => channel }, relay, "v2", [order(0), order(1), order(2)]);
  await settle();
  channel.ends[0]?.fail(new FetchError(order(1).block, "v2", "it broke", false, true, [arrival(1)]));
  await settle();
  relay.ends[0]?.fail(
    new FetchError(order(2).block, "v2", "unavailable: gone", false, false, [arrival(2)], "unavailable"),
  );
  const error = (await arrivals.catch((error: unknown) => error)) as FetchError;
  expect(error.arrived.map(({ data }) => data[0])).toEqual([1, 2]);
  expect(error).toMatchObject({ block: order(2).block, code: "unavailable", lost: false });
});

test("a channel that broke after the last byte has brought all there is to bring", async () => {
  const [channel, relay] = [carrier(), carrier()];
  const { arrivals } = fetchBy({ reach: async () => channel }, relay, "v2", [order(0)]);
  await settle();
  channel.ends[0]?.fail(new FetchError(order(0).block, "v2", "it broke", false, true, [arrival(1)]));
  expect((await arrivals).length).toBe(1);
  expect(relay.asked).toEqual([]);
});

test("a holder that refuses, or breaks the protocol, is not asked again over the relay", async () => {
  for (const corrupt of [false, true]) {
    const [channel, relay] = [carrier(), carrier()];
    const { arrivals } = fetchBy({ reach: async () => channel }, relay, "v2", [order(0)]);
    await settle();
    channel.ends[0]?.fail(new FetchError(order(0).block, "v2", "unavailable", corrupt));
    await expect(arrivals).rejects.toMatchObject({ corrupt });
    expect(relay.asked).toEqual([]);
  }
});

test("a relay that breaks ends the fetch", async () => {
  const relay = carrier();
  const { arrivals } = fetchBy({ reach: async () => null }, relay, "v2", [order(0)]);
  await settle();
  relay.ends[0]?.fail(new FetchError(order(0).block, "v2", "the relay broke off", false, true));
  await expect(arrivals).rejects.toThrow("the relay broke off");
  expect(relay.asked.length).toBe(1);
});

test("a fetch that is cancelled while it waits for a way is never asked for", async () => {
  const [channel, relay] = [carrier(), carrier()];
  const { promise, resolve } = Promise.withResolvers<Carrier | null>();
  const { arrivals, cancel } = fetchBy({ reach: () => promise }, relay, "v2", [order(0)]);
  cancel();
  resolve(channel);
  await expect(arrivals).rejects.toThrow("cancelled");
  expect([...channel.asked, ...relay.asked]).toEqual([]);
});

test("a fetch that is cancelled under way ends there and does not turn to the relay", async () => {
  const [channel, relay] = [carrier(), carrier()];
  const { arrivals, cancel } = fetchBy({ reach: async () => channel }, relay, "v2", [order(0)]);
  await settle();
  cancel("the task was taken back");
  await expect(arrivals).rejects.toThrow("the task was taken back");
  expect(channel.ends[0]?.reason).toBe("the task was taken back");
  expect(relay.asked).toEqual([]);
});
