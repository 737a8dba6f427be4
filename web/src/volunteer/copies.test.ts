import { expect, test } from "vitest";
import { block, volunteer } from "../../tests/puppet_volunteer.ts";
import { FetchError } from "../peer/fetching.ts";
import type { CopyBlocks, Location } from "../wire/messages.ts";
import { copyBlocks } from "./copies.ts";
import type { Fetch } from "./inputs.ts";

const ROOT = new Uint8Array(16);
const at = (node: number, holders: string[], size = 3): Location => [block(node), size, ROOT, holders];
const order = (...locations: Location[]): CopyBlocks => ({ type: "CopyBlocks", locations });
const arrival = { data: Uint8Array.of(1, 2, 3), sizes: [3], hashes: ROOT };

test("a copy is fetched whole from a holder, and kept", async () => {
  const { store } = volunteer();
  const fetch: Fetch = (holder, orders) => {
    expect([holder, orders]).toEqual(["v2", [{ block: block(5), segments: null, limit: 3 }]]);
    return { arrivals: Promise.resolve([arrival]), cancel: () => {} };
  };
  expect(await copyBlocks(order(at(5, ["v1", "v2"])), "v1", store, fetch)).toEqual([block(5)]);
  expect(store.segment(block(5), 0)).toEqual(arrival.data);
});

test("where one holder fails the next is asked, and what nobody sends is not answered for", async () => {
  const { store } = volunteer();
  const asked: string[] = [];
  const fetch: Fetch = (holder, [first]) => {
    asked.push(holder);
    const gone = new FetchError(first?.block ?? block(0), holder, "gone: it left", false);
    const arrivals = holder === "v3" ? Promise.resolve([arrival]) : Promise.reject(gone);
    return { arrivals, cancel: () => {} };
  };
  const copied = await copyBlocks(order(at(5, ["v2", "v3"]), at(6, ["v2"])), "v1", store, fetch);
  expect(copied).toEqual([block(5)]);
  expect(asked).toEqual(["v2", "v2", "v3"]);
});

test("what does not fit the budget is not asked for", async () => {
  const { store } = volunteer({ budget: 4 });
  const fetch: Fetch = () => ({ arrivals: Promise.resolve([arrival]), cancel: () => {} });
  expect(await copyBlocks(order(at(5, ["v2"]), at(6, ["v2"])), "v1", store, fetch)).toEqual([block(5)]);
});
