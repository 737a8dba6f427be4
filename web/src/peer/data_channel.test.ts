import { expect, test } from "vitest";
import { FakeChannel } from "../../tests/fake_connections.ts";
import { settle } from "../../tests/puppet_volunteer.ts";
import { type BlockId, FRAME_HEADER, FRAME_LIMIT, FrameType } from "../wire/messages.ts";
import { BlockStore } from "./block_store.ts";
import { BUFFER_LIMIT, type Channel, DataChannel, inMessages } from "./data_channel.ts";

const id: BlockId = ["a1", "rdd", 7, 0, 0];
const nothing = { received: () => {}, served: () => {} };

function pair(store: BlockStore) {
  const [near, far] = [new FakeChannel(), new FakeChannel()];
  const broken: string[] = [];
  const asker = new BlockStore(0);
  for (const { passes } of [asker, store]) passes.learn("a1", "sesame");
  const requester = new DataChannel(near as unknown as Channel, asker, nothing, (why) => broken.push(why));
  new DataChannel(far as unknown as Channel, store, nothing, (why) => broken.push(why));
  near.open(far);
  far.open(near);
  return { near, far, requester, broken };
}

function holding(size: number, segments = 1): BlockStore {
  const store = new BlockStore(1e9);
  const data = Uint8Array.from({ length: size }, (_, at) => (at * 31) & 0xff);
  const sizes = [size, ...new Array<number>(segments - 1).fill(0)];
  store.put([{ id, data, sizes, hashes: new Uint8Array(16 * segments).fill(3) }]);
  return store;
}

test("no message is longer than a DATA frame, and the hashes of very many segments come in parts", async () => {
  const segments = 20_000;
  const { far, near, requester, broken } = pair(holding(200_000, segments));
  const { arrivals } = requester.fetch("v2", [{ block: id, segments: null, limit: 200_000 }]);
  const [arrival] = await arrivals;
  expect(arrival?.hashes).toEqual(new Uint8Array(16 * segments).fill(3));
  expect(arrival?.data.length).toBe(200_000);
  const lengths = [...near.sent, ...far.sent].map(({ length }) => length);
  expect(Math.max(...lengths)).toBe(FRAME_HEADER + FRAME_LIMIT);
  expect(broken).toEqual([]);
});

test("a browser that is slow to send is never given more than 1 MiB to keep, and all arrives in the end", async () => {
  const size = 5_000_000;
  const { far, requester } = pair(holding(size));
  let most = 0;
  const send = far.send.bind(far);
  far.send = (data) => {
    far.bufferedAmount += data.length;
    most = Math.max(most, far.bufferedAmount);
    send(data);
  };
  const { arrivals } = requester.fetch("v2", [{ block: id, segments: null, limit: size }]);
  let arrived = 0;
  void arrivals.then(([arrival]) => {
    arrived = arrival?.data.length ?? 0;
  });
  for (let round = 0; round < 50 && arrived === 0; round += 1) {
    await settle();
    far.bufferedAmount = 0;
    far.onbufferedamountlow?.(undefined as never);
  }
  expect(arrived).toBe(size);
  expect(most).toBeLessThanOrEqual(BUFFER_LIMIT);
  expect(most).toBeGreaterThan(BUFFER_LIMIT / 2);
});

test.each([
  ["text", "hello"],
  ["nothing", new ArrayBuffer(0)],
  ["a frame of an unknown type", Uint8Array.of(9, 0, 0, 0, 1).buffer],
  ["a message that is too long", new ArrayBuffer(300 * 1024)],
  ["a head that is cut off", Uint8Array.of(FrameType.END, 0).buffer],
])("%s breaks the channel and nothing else", async (_, data) => {
  const { near, broken } = pair(holding(10));
  near.onmessage?.({ data } as MessageEvent);
  expect(broken.length).toBe(1);
});

test("parts without end break the channel before they fill the memory", () => {
  const { near, broken } = pair(holding(10));
  let parts = 0;
  for (; broken.length === 0 && parts < 1000; parts += 1)
    near.onmessage?.({ data: new ArrayBuffer(1 + FRAME_LIMIT) } as MessageEvent);
  expect(parts).toBe(65);
});

test("a frame that fits goes as it is", () => {
  const frame = new Uint8Array(FRAME_HEADER + FRAME_LIMIT).fill(3);
  expect([...inMessages(frame)]).toEqual([frame]);
});
