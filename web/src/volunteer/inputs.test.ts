import { expect, test } from "vitest";
import { assign, block, settle } from "../../tests/puppet_volunteer.ts";
import { BlockStore } from "../peer/block_store.ts";
import { type Arrival, FetchError, type Order } from "../peer/fetching.ts";
import type { Assign } from "../wire/messages.ts";
import { gather } from "./inputs.ts";
import { MapOutputTables } from "./map_outputs.ts";

interface Asked {
  holder: string;
  orders: Order[];
  cancelled: boolean;
  arrive(): void;
  fail(options?: { at?: number; corrupt?: boolean }): void;
}

const arrivalOf = ({ block: [, , node] }: Order): Arrival => ({
  data: Uint8Array.of(node),
  sizes: [1],
  hashes: new Uint8Array(16),
});

/** A task that reads blocks, each with these holders and size, and all that was asked for it. */
function reading(blocks: [holders: string[], size: number][]) {
  const order = assign(1, { sources: blocks.map((_, node) => ({ type: "block", block: block(node) })) });
  order.locations = blocks.map(([holders, size], node) => [block(node), size, new Uint8Array(16), holders]);
  const asked: Asked[] = [];
  const { inputs, cancel } = gather(order as Assign, new MapOutputTables(), new BlockStore(0), (holder, orders) => {
    const { promise, resolve, reject } = Promise.withResolvers<Arrival[]>();
    const entry: Asked = {
      holder,
      orders,
      cancelled: false,
      arrive: () => resolve(orders.map(arrivalOf)),
      fail: ({ at = 0, corrupt = false } = {}) => {
        const arrived = orders.slice(0, at).map(arrivalOf);
        reject(new FetchError((orders[at] as Order).block, holder, "it failed", corrupt, false, arrived));
      },
    };
    asked.push(entry);
    const stop = () => {
      entry.cancelled = true;
      reject(new FetchError((orders[0] as Order).block, holder, "cancelled", false, true));
    };
    return { arrivals: promise, cancel: stop };
  });
  return { inputs, cancel, asked };
}

const nodes = ({ orders }: Asked) => orders.map(({ block: [, , node] }) => node);

test("blocks that several hold are shared out, to each about as many bytes", () => {
  const both = ["v2", "v3"];
  const { asked } = reading([
    [both, 100],
    [both, 60],
    [both, 30],
    [["v3"], 5],
  ]);
  expect(asked.map((entry) => [entry.holder, nodes(entry)])).toEqual([
    ["v2", [0]],
    ["v3", [1, 2, 3]],
  ]);
});

test("what a holder does not give is asked of the next one, without what had come", async () => {
  const { inputs, asked } = reading([
    [["v2", "v3"], 1],
    [["v2"], 1],
    [["v2", "v3", "v4"], 1],
  ]);
  const [first, second] = asked as [Asked, Asked];
  expect([first.holder, nodes(first), second.holder, nodes(second)]).toEqual(["v2", [0, 1], "v3", [2]]);
  second.fail({ corrupt: true });
  first.arrive();
  await settle();
  expect(asked.slice(2).map((entry) => [entry.holder, nodes(entry)])).toEqual([["v2", [2]]]);
  asked[2]?.fail();
  await settle();
  asked[3]?.arrive();
  expect((await inputs).map(([piece]) => [piece?.block[2], piece?.holder])).toEqual([
    [0, "v2"],
    [1, "v2"],
    [2, "v4"],
  ]);
});

test("a block that no holder gives fails the task, and the first who failed is named", async () => {
  const { inputs, asked } = reading([
    [["v2", "v3"], 1],
    [["v9"], 1],
  ]);
  asked[0]?.fail({ corrupt: true });
  await settle();
  expect(asked.map(({ holder }) => holder)).toEqual(["v2", "v9", "v3"]);
  asked[2]?.fail();
  await expect(inputs).rejects.toMatchObject({ block: block(0), holder: "v2", corrupt: true });
  expect(asked[1]?.cancelled).toBe(true);
});

test("a task that is taken back asks nobody else", async () => {
  const { inputs, cancel, asked } = reading([[["v2", "v3"], 1]]);
  cancel();
  await expect(inputs).rejects.toThrow("cancelled");
  expect(asked.length).toBe(1);
});

test("a block of this tab that lies on disk is read from there, and one that cannot be read is asked of others", async () => {
  const files = new Map<string, Blob>();
  const store = new BlockStore(0, {
    openSpill: async () => ({
      write: async (name, data) => {
        files.set(name, new Blob([data.slice()]));
        return files.get(name) as Blob;
      },
      remove: () => {},
      end: () => {},
    }),
  });
  for (const node of [0, 1])
    store.put([{ id: block(node), data: Uint8Array.of(node, 7), sizes: [2], hashes: new Uint8Array(16) }]);
  await store.settled();
  const [, second] = [...files.values()] as [Blob, Blob];
  second.slice = () => {
    throw new DOMException("gone", "NotReadableError");
  };
  const order = assign(1, { sources: [0, 1].map((node) => ({ type: "block", block: block(node) })) });
  const asked: string[] = [];
  const { inputs } = gather(order as Assign, new MapOutputTables(), store, (holder, orders) => {
    asked.push(holder);
    return { arrivals: Promise.resolve(orders.map(arrivalOf)), cancel: () => {} };
  });
  expect((await inputs).map(([piece]) => [piece?.holder, piece?.data])).toEqual([
    ["", Uint8Array.of(0, 7)],
    ["v2", Uint8Array.of(1)],
  ]);
  expect([asked, store.has(block(1))]).toEqual([["v2"], false]);
});
