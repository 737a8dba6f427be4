import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { fakeSockets } from "../../../tests/fake_socket.ts";
import { BlockStore } from "../../peer/block_store.ts";
import { FetchError } from "../../peer/fetching.ts";
import { encodeMessage, type Tagged } from "../../wire/codec.ts";
import { CloseCode, type Notebook } from "../../wire/messages.ts";
import { ControlLine } from "./control_line.ts";

const runtime = {
  base: "/r/",
  pyodide: "314.0.7",
  wheels: ["tabswarm-0.1.0-py3-none-any.whl"],
  console: [],
  completion: [],
};
const welcome = (peer = "d1", application = "a1") =>
  ({ type: "Welcome", peer, resume: `secret of ${peer}`, swarm: "s", application, title: "Class 3b" }) as Tagged;
const notebook: Notebook = { type: "Notebook", cells: [], next_node: 7, next_request: 9 };
const volunteers = { type: "Volunteers", volunteers: [], slots: 2 } as Tagged;

function start() {
  const { sockets, open } = fakeSockets();
  const events = { opened: vi.fn(), again: vi.fn(), message: vi.fn(), over: vi.fn() };
  const store = new BlockStore(1_000);
  const line = new ControlLine("t", runtime, store, events, open);
  const heard: string[] = [];
  line.hear(({ type }) => void heard.push(type));
  line.connect();
  const of = (path: string) => sockets.filter((socket) => (socket as unknown as { url: string }).url.endsWith(path));
  const control = () => of("/socket").at(-1) as (typeof sockets)[number];
  const relays = () => of("/relay");
  const letIn = (...messages: Tagged[]) => {
    control().open();
    for (const message of messages) control().say(message);
  };
  const breakOff = (code?: number, reason?: string) => {
    const before = of("/socket").length;
    control().drop(code, reason);
    for (let wait = 0; of("/socket").length === before && wait < 300; wait++) vi.advanceTimersByTime(100);
  };
  return { line, store, events, heard, control, relays, letIn, breakOff };
}

beforeEach(() => {
  vi.stubGlobal("location", { href: "http://c/console", protocol: "http:" });
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("it introduces itself as the notebook's console", () => {
  const { control, letIn } = start();
  letIn();
  expect(control().sent[0]).toMatchObject({
    type: "Hello",
    role: "driver",
    kind: "console",
    application: "notebook",
    version: "0.1.0",
    python: "3.14",
    resume: "",
  });
});

test("the session is open once the notebook has come, which says which numbers are free", () => {
  const { line, events, heard, letIn, control, relays } = start();
  letIn(welcome());
  expect([line.state.value, line.current]).toEqual([{ is: "connecting" }, null]);
  control().say(notebook);
  expect(line.state.value).toEqual({ is: "open" });
  expect(events.opened).toHaveBeenCalledWith({ welcome: encodeMessage(welcome()), application: "a1", firstFree: 9 });
  expect(heard).toEqual(["Welcome", "Notebook"]);
  expect(relays().length).toBe(1);
});

test("Python hears what concerns it, views hear all but the page's own", () => {
  const { line, store, events, heard, letIn } = start();
  letIn(
    welcome(),
    notebook,
    { type: "Pass", application: "a1", secret: "sesame" } as Tagged,
    { type: "Holders", holders: [] } as Tagged,
    volunteers,
    { type: "CellsSaved", request: 1 } as Tagged,
    { type: "JobDone", job: "j1" } as Tagged,
  );
  expect(events.message.mock.calls).toEqual([
    [encodeMessage(volunteers)],
    [encodeMessage({ type: "JobDone", job: "j1" } as Tagged)],
  ]);
  expect(heard).toEqual(["Welcome", "Notebook", "Volunteers", "CellsSaved", "JobDone"]);
  expect(line.news).toEqual(encodeMessage(volunteers));
  expect(store.passes.opens("a1", { a1: "sesame" })).toBe(true);
});

test("who listens no more hears no more", () => {
  const { line, letIn } = start();
  const listener = vi.fn();
  line.hear(listener)();
  letIn(welcome());
  expect(listener).not.toHaveBeenCalled();
});

test("a session that breaks is taken up again, and Python is told", () => {
  const { line, events, letIn, breakOff, control, relays } = start();
  letIn(welcome(), notebook);
  line.say({ type: "Unpersist", node: 1 });
  breakOff();
  expect(line.state.value).toEqual({ is: "gone" });
  line.say({ type: "Unpersist", node: 2 });
  letIn(welcome(), notebook);
  expect(line.state.value).toEqual({ is: "open" });
  expect([events.again.mock.calls.length, events.opened.mock.calls.length]).toEqual([1, 1]);
  expect(control().sent[0]).toMatchObject({ resume: "secret of d1" });
  expect(control().sent.slice(1)).toEqual([
    { type: "Unpersist", node: 1 },
    { type: "Unpersist", node: 2 },
  ]);
  expect(relays().length).toBe(2);
});

test("a coordinator that began anew opens a new session", () => {
  const { line, events, letIn, breakOff } = start();
  letIn(welcome(), notebook, volunteers);
  breakOff();
  letIn(welcome("d2", "a2"));
  expect([line.current, line.news]).toEqual([null, null]);
  letIn(notebook);
  expect(events.again).not.toHaveBeenCalled();
  expect(events.opened.mock.lastCall?.[0]).toMatchObject({ application: "a2" });
});

test("broken off between the welcome and the notebook, it is open when both have come", () => {
  const { line, events, letIn, breakOff } = start();
  letIn(welcome());
  breakOff();
  letIn(welcome());
  expect(line.state.value).toEqual({ is: "connecting" });
  letIn(notebook);
  expect([line.state.value, events.opened.mock.calls.length]).toEqual([{ is: "open" }, 1]);
});

test.each([CloseCode.TAKEN_OVER, CloseCode.REPLACED])("closed with %i, another console has it", (code) => {
  const { line, events, letIn, breakOff, control } = start();
  letIn(welcome(), notebook);
  const before = control();
  breakOff(code, "another console was opened");
  expect([line.state.value, line.current]).toEqual([{ is: "taken-over" }, null]);
  expect(events.over).toHaveBeenCalledOnce();
  line.online();
  vi.advanceTimersByTime(100_000);
  expect(control()).toBe(before);
});

test("back after another console was opened meanwhile, it does not have the notebook any more", () => {
  const { line, events, letIn, breakOff } = start();
  letIn(welcome(), notebook);
  breakOff();
  letIn({ type: "Refused", code: "taken_over", reason: "another console was opened meanwhile" } as Tagged);
  expect([line.state.value, events.over.mock.calls.length]).toEqual([{ is: "taken-over" }, 1]);
});

test("refused, it says why", () => {
  const { line, events, letIn } = start();
  letIn({ type: "Refused", code: "unauthenticated", reason: "no such token" } as Tagged);
  expect(line.state.value).toEqual({ is: "refused", code: "unauthenticated", reason: "no such token" });
  expect(events.over).toHaveBeenCalledOnce();
});

test("with no session, a fetch fails as one whose way is lost", async () => {
  const { line } = start();
  const { arrivals } = line.fetch("v1", [{ block: ["a1", "rdd", 1, 0, 0], segments: null, limit: 1 }]);
  await expect(arrivals).rejects.toMatchObject({ lost: true });
  await expect(arrivals).rejects.toBeInstanceOf(FetchError);
});

test("a fetch goes over the relay where the holder cannot be reached directly", () => {
  const { line, letIn, relays } = start();
  letIn(welcome(), notebook);
  relays()[0]?.open();
  const { arrivals, cancel } = line.fetch("v1", [{ block: ["a1", "rdd", 1, 0, 0], segments: null, limit: 1 }]);
  arrivals.catch(() => {});
  expect(relays()[0]?.sent[0]).toMatchObject({ type: "Hello", socket: "relay", resume: "secret of d1" });
  cancel();
});
