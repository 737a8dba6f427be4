// @vitest-environment happy-dom

import { expect, test } from "vitest";
// @ts-expect-error: a plain script of the Python package, which Jupyter loads as it stands
import widget from "../../src/tabswarm/driver/swarm_widget.js";

/** What anywidget hands to a widget: its state, and how to hear of changes. */
class Model {
  #listeners = new Set<() => void>();
  constructor(private news: unknown) {}
  get = () => this.news;
  on = (_: string, listener: () => void) => this.#listeners.add(listener);
  off = (_: string, listener: () => void) => this.#listeners.delete(listener);
  change(news: unknown) {
    this.news = news;
    for (const listener of this.#listeners) listener();
  }
}

const swarm = {
  title: "local[2], application a1",
  ended: "",
  slots: 3,
  count: 1,
  volunteers: [{ name: "Anna", kind: "tab", slots: 3, tasks: 7 }],
  jobs: [{ name: "collect at cell.py:3", done: 3, total: 8, state: "2 running on 1 volunteer" }],
  invite: "http://localhost:8000/volunteer#token",
  qr: ["101", "010", "101"],
};

function shown(news: unknown) {
  const model = new Model(news);
  const el = document.createElement("div");
  const stop: () => void = widget.render({ model, el });
  return { model, el, stop };
}

test("volunteers, jobs and the invite link are there", () => {
  const { el } = shown(swarm);
  expect(el.textContent).toContain("1 volunteer, 3 tasks at a time");
  expect([...el.querySelectorAll("td")].map((cell) => cell.textContent)).toEqual(["Anna", "tab", "3", "7"]);
  expect(el.querySelector("progress")?.value).toBe(3);
  expect(el.querySelector("input")?.value).toBe(swarm.invite);
  expect(el.querySelector("path")?.getAttribute("d")).toBe(
    "M0 0h1v1h-1zM2 0h1v1h-1zM1 1h1v1h-1zM0 2h1v1h-1zM2 2h1v1h-1z",
  );
});

test("what strangers call themselves is text", () => {
  const hostile = '<img src=x onerror="alert(1)"><script>alert(2)</script>';
  const { el } = shown({
    ...swarm,
    title: hostile,
    volunteers: [{ name: hostile, kind: hostile, slots: 1, tasks: 0 }],
    jobs: [{ name: hostile, done: 0, total: 0, state: hostile }],
    invite: `javascript:${hostile}`,
  });
  expect(el.querySelectorAll("img, script, a")).toHaveLength(0);
  expect(el.querySelector("td")?.textContent).toBe(hostile);
});

test("progress moves on without closing what somebody folded out", () => {
  const { model, el, stop } = shown(swarm);
  const picture = [...el.querySelectorAll("details")].at(-1);
  if (picture) picture.open = true;
  model.change({ ...swarm, jobs: [] });
  expect(el.textContent).toContain("No job runs.");
  expect([...el.querySelectorAll("details")].at(-1)).toBe(picture);
  stop();
  model.change({ ...swarm, count: 0, volunteers: [] });
  expect(el.textContent).toContain("1 volunteer");
});

test("who is gone is said, and what nobody can share is not offered", () => {
  const { el } = shown({ ...swarm, ended: "The context was stopped.", count: 0, volunteers: [], jobs: [] });
  expect(el.textContent).toContain("The context was stopped.");
  expect(el.querySelector("input")).toBeNull();
  expect(shown({ ...swarm, count: 0, volunteers: [], invite: "", qr: [] }).el.textContent).toContain(
    "Nobody is here yet.",
  );
});

test("the bars of a cell are jobs alone", () => {
  const { el } = shown({ jobs: swarm.jobs });
  expect(el.querySelectorAll("li")).toHaveLength(1);
  expect(el.querySelector("table")).toBeNull();
  expect(shown({ jobs: [] }).el.textContent).toBe("");
});
