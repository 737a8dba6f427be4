// @vitest-environment happy-dom
import { expect, test } from "vitest";
import { HOSTILE } from "../../../tests/hostile_texts.ts";
import { MadeUpSwarm } from "../../../tests/made_up_swarm.ts";
import type { ObservedAttempt, ObservedJob } from "../../wire/messages.ts";
import { ObservationStore } from "../observation/store.ts";
import { report } from "./report.tsx";

const NOW = new Date("2026-11-23T12:00:00Z");

/** A finished job in which every text that a stranger may choose is this one. */
function said(text: string): ObservationStore {
  const whole = new MadeUpSwarm({ volunteers: 3, tasks: 12 }).whole();
  const store = new ObservationStore();
  store.look("j1");
  store.apply({
    ...whole,
    volunteers: (whole.volunteers ?? []).map((each) => ({ ...each, name: text, kind: text, python: text })),
    jobs: (whole.jobs ?? []).map(
      (each): ObservedJob => ({
        ...each,
        state: "done",
        ended: 61_000,
        ...{ action: text, call_site: text, program: text, description: text, error: text, waiting_for: text },
      }),
    ),
    nodes: (whole.nodes ?? []).map((each) => ({ ...each, name: text, operator: text, call_site: text, code: text })),
    attempts: (whole.attempts ?? []).map((each) => each.with(18, text) as ObservedAttempt),
    errors: (whole.errors ?? []).map((each) => ({
      ...each,
      ...{ type_name: text, line: text, message: text, traceback: text, kind: text },
    })),
  });
  store.hear({ type: "TaskOutput", job: "j1", volunteer: "p1", partition: 1, stream: "stdout", text });
  return store;
}

function reportOf(store: ObservationStore, swarm = ""): string {
  const job = store.jobs.now("j1");
  if (!job) throw new Error("no job");
  return report(store, job, swarm, NOW);
}

/** Tags of a file, and the names of their attributes. */
function tagsOf(html: string): string[] {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  const found = new Set<string>();
  for (const element of parsed.querySelectorAll("*")) {
    found.add(element.tagName.toLowerCase());
    for (const { name } of element.attributes) found.add(`@${name.toLowerCase()}`);
  }
  return [...found].sort();
}

const PLAIN = tagsOf(reportOf(said("plain")));

test("a report says how the job went, in one file that loads and runs nothing", () => {
  const html = reportOf(said("plain"), "Class 3b");
  const parsed = new DOMParser().parseFromString(html, "text/html");
  expect(html.startsWith("<!doctype html>")).toBe(true);
  expect(parsed.querySelector("script, link, img, iframe, [src], [href], button, [onclick]")).toBeNull();
  expect(parsed.querySelector("meta[http-equiv]")?.getAttribute("content")).toContain("default-src 'none'");
  const words = parsed.body.textContent ?? "";
  for (const expected of ["Done", "took 61 s", "Stage 0", "Timeline", "Graph", "Class 3b", "Saved 2026-11-23 12:00"]) {
    expect(words).toContain(expected);
  }
  expect(parsed.querySelectorAll(".timeline-row")).toHaveLength(3);
  expect(parsed.querySelectorAll(".node")).toHaveLength(6);
});

test.each(HOSTILE.map((text) => [text]))("%j in every place that a stranger fills stays text", (text) => {
  const html = reportOf(said(text), text);
  expect(tagsOf(html)).toEqual(PLAIN);
  const words = new DOMParser().parseFromString(html, "text/html").querySelector(".task-output pre")?.textContent;
  expect(words).toBe(text);
});

test("any run of the characters that markup is made of stays text", () => {
  const pieces = ["<", ">", "&", '"', "'", "/", "!", "-", "=", "`", "script", "style", "svg", "]]>", "<!--", " ", "x"];
  let state = 7;
  const next = (below: number) => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 31;
    return state % below;
  };
  for (let round = 0; round < 12; round++) {
    const text = Array.from({ length: 1 + next(30) }, () => pieces[next(pieces.length)]).join("");
    expect([text, tagsOf(reportOf(said(text), text))]).toEqual([text, PLAIN]);
  }
});
