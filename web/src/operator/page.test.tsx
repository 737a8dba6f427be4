// @vitest-environment happy-dom
import { render } from "preact";
import { beforeEach, expect, test, vi } from "vitest";
import { operator as text } from "../strings/operator.ts";
import { encodeMessage } from "../wire/codec.ts";
import type { ToOperator } from "../wire/messages.ts";
import { Desk, made, notMade, state, swarms } from "./desk.ts";
import { Page } from "./page.tsx";

const LINKS = { driver_link: "https://a.example/console#dddd", invite_link: "https://a.example/join#iiii" };
const HOSTILE = `"><img src=x onerror=alert(1)> \u202e${"x".repeat(90)}`;

/** A socket whose other end is the test. */
class Line {
  static last: Line;
  sent: unknown[] = [];
  readyState = 1;
  onopen: () => void = () => {};
  onmessage: (event: { data: ArrayBuffer }) => void = () => {};
  onclose: (event: { code: number; reason: string }) => void = () => {};
  constructor() {
    Line.last = this;
  }
  send(data: Uint8Array): void {
    this.sent.push(data);
  }
  close(): void {}
  say(message: ToOperator): void {
    this.onmessage({ data: encodeMessage(message).slice().buffer });
  }
}

const refused = vi.fn();
let desk: Desk;
let root: HTMLElement;

beforeEach(async () => {
  state.value = { is: "connecting" };
  swarms.value = [];
  made.value = [];
  notMade.value = "";
  refused.mockClear();
  desk = new Desk("token", "ws://a.example/socket", refused, () => new Line() as unknown as WebSocket);
  root = document.createElement("main");
  document.body.replaceChildren(root);
  render(<Page make={(title) => desk.make(title)} />, root);
  await drawn();
});

async function drawn(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
}

async function open(): Promise<void> {
  Line.last.onopen();
  Line.last.say({ type: "Welcome", peer: "o1", resume: "", swarm: "" });
  await drawn();
}

async function make(title: string): Promise<void> {
  const field = root.querySelector("form input") as HTMLInputElement;
  field.value = title;
  field.dispatchEvent(new Event("input"));
  root.querySelector("form")?.dispatchEvent(new Event("submit", { cancelable: true }));
  await drawn();
}

test("no swarm can be asked for before the page is connected", async () => {
  expect(root.querySelector<HTMLButtonElement>("#make")?.disabled).toBe(true);
  await open();
  expect(root.querySelector<HTMLButtonElement>("#make")?.disabled).toBe(false);
});

test("a swarm that was made shows both its links, to be copied", async () => {
  await open();
  await make("7b");
  Line.last.say({ type: "SwarmMade", request: 1, swarm: "s2", ...LINKS });
  await drawn();
  expect(root.querySelector(".made h2")?.textContent).toBe(text.made("7b"));
  const fields = [...root.querySelectorAll<HTMLInputElement>(".made input")].map(({ value }) => value);
  expect(fields).toEqual([LINKS.driver_link, LINKS.invite_link]);
  const written = vi.fn(() => Promise.resolve());
  vi.stubGlobal("navigator", { clipboard: { writeText: written } });
  root.querySelector<HTMLButtonElement>(".made button")?.click();
  await drawn();
  expect(written).toHaveBeenCalledWith(LINKS.driver_link);
  expect(root.querySelector(".made button")?.textContent).toBe(text.copied);
  vi.unstubAllGlobals();
});

test("the list says how much goes on in each swarm, and a title is text", async () => {
  await open();
  const report = { id: "s1", title: HOSTILE, volunteers: 3, slots: 4, drivers: 1, jobs: 2, finished: 7 };
  Line.last.say({ type: "Swarms", swarms: [report, { ...report, id: "s2", title: "" }] });
  await drawn();
  const rows = [...root.querySelectorAll("tbody tr")].map((row) => [...row.children].map((cell) => cell.textContent));
  expect(rows).toEqual([
    [HOSTILE, "3", "1", "2", "7"],
    [text.untitled, "3", "1", "2", "7"],
  ]);
  expect(root.querySelector("img")).toBeNull();
});

test("a swarm that was not made says why", async () => {
  await open();
  await make("7b");
  Line.last.say({ type: "Refused", code: "too_many", reason: "it has 200 swarms already", request: 1 });
  await drawn();
  expect(root.querySelector("[role=alert]")?.textContent).toBe(text.notMade("it has 200 swarms already"));
});

test("a link that opens nothing is said, and forgotten", async () => {
  Line.last.onopen();
  Line.last.onclose({ code: 4401, reason: "no such token" });
  await drawn();
  expect(root.textContent).toContain(text.refused.heading);
  expect(root.textContent).toContain("no such token");
  expect(refused).toHaveBeenCalled();
});

test("while the coordinator is away the links stay on the screen", async () => {
  await open();
  await make("7b");
  Line.last.say({ type: "SwarmMade", request: 1, swarm: "s2", ...LINKS });
  Line.last.onclose({ code: 1006, reason: "" });
  await drawn();
  expect(root.querySelector(".status")?.textContent).toContain(text.gone.what);
  expect(root.querySelectorAll(".made input")).toHaveLength(2);
});
