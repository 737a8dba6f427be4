import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { fakeSockets } from "../../tests/fake_socket.ts";
import { encodeMessage, type Tagged } from "../wire/codec.ts";
import { type Hello, PROTOCOL, type ToDriver, type ToVolunteer } from "../wire/messages.ts";
import { backoff } from "./backoff.ts";
import { DRIVER, type Role, Session, VOLUNTEER } from "./session.ts";

const hello: Hello = {
  type: "Hello",
  token: "t",
  role: "volunteer",
  protocol: PROTOCOL,
  version: "1",
  python: "3.14",
  kind: "tab",
};
const welcome = { type: "Welcome", peer: "p1", resume: "r", swarm: "s", title: "Class 3b" };

function start<In extends ToVolunteer | ToDriver>(role: Role<In>) {
  const { sockets, open, latest } = fakeSockets();
  const events = {
    hello: () => hello,
    opened: vi.fn(),
    message: vi.fn(),
    broken: vi.fn(),
    refused: vi.fn(),
  };
  const session = new Session<In, Tagged>(role, "ws://c/socket", events, open);
  session.connect();
  return { session, sockets, latest, events };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("the hello goes first, and the welcome opens the session", () => {
  const { latest, events } = start(VOLUNTEER);
  latest().open();
  expect(latest().sent).toEqual([hello]);
  latest().say(welcome);
  expect(events.opened).toHaveBeenCalledWith(expect.objectContaining({ title: "Class 3b" }), encodeMessage(welcome));
});

test("pings are answered by the page", () => {
  const { latest, events } = start(VOLUNTEER);
  latest().open();
  latest().say(welcome);
  latest().say({ type: "Ping", number: 7 } as Tagged);
  expect(latest().sent.at(-1)).toEqual({ type: "Pong", number: 7 });
  expect(events.message).not.toHaveBeenCalled();
});

test("nothing is sent outside of a session", () => {
  const { session, latest } = start(VOLUNTEER);
  session.send({ type: "Leaving" } as Tagged);
  latest().open();
  session.send({ type: "Leaving" } as Tagged);
  expect(latest().sent).toEqual([hello]);
});

test("a session that breaks is opened anew, each time later, until it holds", () => {
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  const { sockets, latest, events } = start(VOLUNTEER);
  latest().drop();
  expect(events.broken).toHaveBeenLastCalledWith(500);
  vi.advanceTimersByTime(499);
  expect(sockets.length).toBe(1);
  vi.advanceTimersByTime(1);
  expect(sockets.length).toBe(2);
  latest().drop();
  expect(events.broken).toHaveBeenLastCalledWith(1000);
  vi.advanceTimersByTime(1000);
  latest().open();
  latest().say(welcome);
  latest().drop();
  expect(events.broken).toHaveBeenLastCalledWith(500);
});

test("a coordinator that says nothing for ten seconds is gone", () => {
  const { latest, events } = start(VOLUNTEER);
  latest().open();
  latest().say(welcome);
  vi.advanceTimersByTime(9_000);
  latest().say({ type: "Ping", number: 1 } as Tagged);
  vi.advanceTimersByTime(9_999);
  expect(events.broken).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(latest().closedWith).toBe(4410);
  expect(events.broken).toHaveBeenCalledOnce();
});

test.each(["unauthenticated", "wrong_role", "version"])("refused as %s, it does not try again", (code) => {
  const { sockets, latest, events } = start(VOLUNTEER);
  latest().open();
  latest().say({ type: "Refused", code, reason: "no" } as Tagged);
  latest().drop(4401);
  vi.advanceTimersByTime(100_000);
  expect(events.refused).toHaveBeenCalledOnce();
  expect(events.refused.mock.lastCall?.[0]).toMatchObject({ code });
  expect(sockets.length).toBe(1);
});

test("a close code alone refuses as well", () => {
  const { latest, events } = start(VOLUNTEER);
  latest().open();
  latest().drop(4403, "an invite link is needed");
  expect(events.refused).toHaveBeenCalledWith({ code: "wrong_role", reason: "an invite link is needed" });
});

test.each([
  [4409, "replaced", 1, 2],
  [4404, "unknown_application", 1, 2],
  [4401, "unauthenticated", 1, 1],
])("closed with %i, a driver comes back no more; a volunteer may", (code, word, asDriver, asVolunteer) => {
  for (const [role, sockets] of [
    [DRIVER, asDriver],
    [VOLUNTEER, asVolunteer],
  ] as const) {
    const page = start<ToDriver | ToVolunteer>(role);
    page.latest().open();
    page.latest().say(welcome);
    page.latest().drop(code, "why");
    vi.advanceTimersByTime(1_000);
    expect(page.sockets.length).toBe(sockets);
    if (sockets === 1) expect(page.events.refused).toHaveBeenCalledWith({ code: word, reason: "why" });
  }
});

test("a role hears what may be said to it, and nothing else", () => {
  vi.spyOn(console, "error").mockReturnValue();
  for (const [role, closedWith] of [
    [DRIVER, undefined],
    [VOLUNTEER, 4400],
  ] as const) {
    const { latest } = start<ToDriver | ToVolunteer>(role);
    latest().open();
    latest().say(welcome);
    latest().say({ type: "JobDone", job: "j1" } as Tagged);
    expect(latest().closedWith).toBe(closedWith);
  }
});

test("refused because too many are there, it tries again", () => {
  const { sockets, latest, events } = start(VOLUNTEER);
  latest().open();
  latest().say({ type: "Refused", code: "too_many", reason: "later" } as Tagged);
  latest().drop(4429);
  vi.advanceTimersByTime(1_000);
  expect(events.refused).not.toHaveBeenCalled();
  expect(sockets.length).toBe(2);
});

test("a message that is none of the protocol's ends the session", () => {
  vi.spyOn(console, "error").mockReturnValue();
  const { latest, events } = start(VOLUNTEER);
  latest().open();
  latest().say(welcome);
  latest().say({ type: "Nonsense" });
  expect(latest().closedWith).toBe(4400);
  expect(events.broken).toHaveBeenCalledOnce();
});

test("ended for good, it stays ended", () => {
  const { session, sockets, latest, events } = start(VOLUNTEER);
  latest().open();
  session.end();
  latest().drop();
  vi.advanceTimersByTime(100_000);
  session.retryNow();
  expect([sockets.length, events.broken.mock.calls.length]).toEqual([1, 0]);
});

test("waiting grows up to a quarter of a minute, and is spread", () => {
  expect([0, 1, 2, 3, 10, 1000].map((attempt) => backoff(attempt, () => 0.5))).toEqual([
    500, 1000, 2000, 4000, 15_000, 15_000,
  ]);
  expect([backoff(3, () => 0), backoff(3, () => 1)]).toEqual([2000, 6000]);
});

test("after a sleep, in which timers stood still, a silent socket is given up at once and another one opened", () => {
  const { session, sockets, latest, events } = start(VOLUNTEER);
  latest().open();
  latest().say(welcome);
  session.awake();
  expect(sockets.length).toBe(1);
  vi.setSystemTime(Date.now() + 60_000);
  session.awake();
  expect(events.broken).toHaveBeenCalledOnce();
  expect(sockets.map(({ closedWith }) => closedWith)).toEqual([4410, undefined]);
  latest().open();
  latest().say(welcome);
  expect(events.opened).toHaveBeenCalledTimes(2);
});

test("awake after the end opens nothing", () => {
  const { session, sockets } = start(VOLUNTEER);
  session.end();
  session.awake();
  expect(sockets.length).toBe(1);
});
