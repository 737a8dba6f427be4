import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type FakeSocket, fakeSockets } from "../../tests/fake_socket.ts";
import { encodeMessage, type Tagged } from "../wire/codec.ts";
import { type FromDriver, type Hello, MESSAGE_LIMIT, PROTOCOL } from "../wire/messages.ts";
import { ASK_EVERY, LastingSession } from "./lasting_session.ts";

const hello: Hello = {
  type: "Hello",
  token: "t",
  role: "driver",
  protocol: PROTOCOL,
  version: "1",
  python: "3.14",
  kind: "console",
};
const welcome = (heard = 0, peer = "d1"): Tagged =>
  ({ type: "Welcome", peer, resume: `secret of ${peer}`, swarm: "s", heard }) as Tagged;
const unpersist = (node: number): FromDriver => ({ type: "Unpersist", node });
const signal: FromDriver = { type: "Signal", peer: "v1", kind: "offer", data: "{}" };
const said = ({ sent }: FakeSocket) =>
  sent.flatMap((message) => (message.type === "Unpersist" ? [(message as never as { node: number }).node] : []));
const pings = ({ sent }: FakeSocket) => sent.filter(({ type }) => type === "Ping");

function start() {
  const { sockets, open, latest } = fakeSockets();
  const events = { hello: () => hello, opened: vi.fn(), message: vi.fn(), broken: vi.fn(), refused: vi.fn() };
  const session = new LastingSession("ws://c/socket", events, open);
  session.connect();
  /** The coordinator lets the page in. */
  const letIn = (heard?: number, peer?: string) => {
    latest().open();
    latest().say(welcome(heard, peer));
  };
  const breakOff = () => {
    const before = sockets.length;
    latest().drop();
    while (sockets.length === before) vi.advanceTimersByTime(100);
  };
  return { session, sockets, latest, events, letIn, breakOff };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("what is said before the welcome goes out after it, in order", () => {
  const { session, latest, letIn } = start();
  session.say(unpersist(1));
  session.sayPacked(encodeMessage(unpersist(2)));
  expect(latest().sent).toEqual([]);
  letIn();
  expect(said(latest())).toEqual([1, 2]);
});

test("after a break the session is taken up by its secret, and said again is what was not heard", () => {
  const { session, latest, events, letIn, breakOff } = start();
  letIn();
  for (const node of [1, 2, 3]) session.say(unpersist(node));
  breakOff();
  session.say(unpersist(4));
  letIn(2);
  expect(latest().sent[0]).toMatchObject({ type: "Hello", resume: "secret of d1" });
  expect(said(latest())).toEqual([3, 4]);
  expect(events.opened.mock.calls.map(([, , again]) => again)).toEqual([false, true]);
});

test("a coordinator that does not know the session gets nothing of what was said to the one before", () => {
  const { session, latest, events, letIn, breakOff } = start();
  letIn();
  session.say(unpersist(1));
  breakOff();
  letIn(0, "d2");
  session.say(unpersist(2));
  expect(said(latest())).toEqual([2]);
  expect(events.opened.mock.lastCall?.[2]).toBe(false);
});

test("the coordinator is asked what it has taken, and that is forgotten", () => {
  const { session, latest, events, letIn, breakOff } = start();
  letIn();
  session.say(unpersist(1));
  session.say(unpersist(2));
  expect(pings(latest())).toEqual([]);
  vi.advanceTimersByTime(ASK_EVERY);
  expect(pings(latest())).toEqual([{ type: "Ping", number: 2 }]);
  vi.advanceTimersByTime(5 * ASK_EVERY);
  expect(pings(latest()).length).toBe(1);
  session.say(unpersist(3));
  latest().say({ type: "Pong", number: 2 } as Tagged);
  vi.advanceTimersByTime(ASK_EVERY);
  expect(pings(latest()).at(-1)).toEqual({ type: "Ping", number: 3 });
  expect(events.message).not.toHaveBeenCalled();
  breakOff();
  letIn(2);
  expect(said(latest())).toEqual([3]);
});

test("a signal counts as heard, and is not said again on another connection", () => {
  const { session, latest, letIn, breakOff } = start();
  letIn();
  session.say(signal);
  session.say(unpersist(1));
  session.say(signal);
  breakOff();
  letIn(1);
  expect(latest().sent.map(({ type }) => type)).toEqual(["Hello", "Unpersist"]);
});

test("a pong for more than was ever said does no harm", () => {
  const { session, latest, letIn, breakOff } = start();
  letIn();
  session.say(unpersist(1));
  latest().say({ type: "Pong", number: 1e9 } as Tagged);
  session.say(unpersist(2));
  breakOff();
  letIn(1);
  expect(said(latest())).toEqual([2]);
});

test("a message over the limit is refused here, before it ends the session", () => {
  const { session } = start();
  expect(() => session.sayPacked(new Uint8Array(MESSAGE_LIMIT + 1))).toThrow(RangeError);
});

test("wherever connections break, each message is taken exactly once and in order", () => {
  let seed = 11;
  const random = (below: number) => {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff;
    return (seed >> 8) % below;
  };
  for (let round = 0; round < 200; round++) {
    const { session, latest, letIn, breakOff } = start();
    const taken: number[] = [];
    let read = 0;
    let heard = 0;
    /** The coordinator reads on; what it has not read is lost when the connection breaks. */
    const listen = (count: number) => {
      for (const message of latest().sent.slice(read, read + count)) {
        read += 1;
        if (message.type === "Ping") latest().say({ ...message, type: "Pong" });
        if (message.type !== "Unpersist" && message.type !== "Signal") continue;
        heard += 1;
        taken.push(...said({ sent: [message] } as FakeSocket));
      }
    };
    letIn();
    let node = 0;
    for (let step = 0; step < 40; step++) {
      const what = random(10);
      if (what < 4) session.say(unpersist(node++));
      else if (what === 4) session.say(signal);
      else if (what < 8) listen(random(6));
      else if (what === 8) vi.advanceTimersByTime(random(2 * ASK_EVERY));
      else {
        breakOff();
        read = 0;
        letIn(heard);
      }
    }
    listen(1000);
    expect(taken).toEqual(Array.from({ length: node }, (_, at) => at));
    session.end();
  }
});
