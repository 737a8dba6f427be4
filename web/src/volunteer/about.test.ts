import { afterEach, expect, test } from "vitest";
import { showAbout, showPurpose } from "./about.ts";
import * as state from "./state.ts";

afterEach(() => {
  state.about.value = null;
  showPurpose({});
});

test("what the swarm is for follows the driver's words, and may go again", () => {
  showPurpose({ title: "Class 3b", message: "We count words." });
  expect([state.title.value, state.message.value]).toEqual(["Class 3b", "We count words."]);
  showPurpose({ title: "Class 3b" });
  expect(state.message.value).toBe("");
});

test("what the coordinator tells of the job is shown by name, action and code", () => {
  showAbout({
    type: "About",
    job: "j1",
    name: "word count",
    action: "collect",
    call_site: "job.py:9",
    running: true,
    code: [["flatMap", "job.py:3", "lines.flatMap(words)"]],
    more_code: 1,
    tasks: 12,
    source_bytes: 1e6,
  });
  expect(state.about.value).toEqual({
    name: "word count",
    action: { name: "collect", callSite: "job.py:9" },
    running: true,
    code: [{ name: "flatMap", callSite: "job.py:3", source: "lines.flatMap(words)" }],
    moreCode: 1,
    tasks: 12,
    sourceBytes: 1e6,
  });
});

test("a name of a megabyte is cut, and is whole text all the same", () => {
  showPurpose({ title: "x".repeat(1_000_000), message: `${"y".repeat(19_999)}🙂${"y".repeat(9)}` });
  expect(state.title.value).toBe(`${"x".repeat(200)}…`);
  expect(state.message.value.isWellFormed()).toBe(true);
  showAbout({ type: "About", name: "n".repeat(1_000_000), code: [["f", "job.py:1", "z".repeat(1_000_000)]] });
  expect(state.about.value?.name.length).toBe(201);
  expect(state.about.value?.code[0]?.source.length).toBe(20_001);
});

test("before the first job there is nothing to name", () => {
  showAbout({ type: "About" });
  expect(state.about.value).toMatchObject({ name: "", action: null, running: false, code: [] });
});
