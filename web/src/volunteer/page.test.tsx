// @vitest-environment happy-dom
import { render } from "preact";
import { afterEach, expect, test, vi } from "vitest";
import { Page } from "./page.tsx";
import * as state from "./state.ts";

const hostile = '<img src=x onerror="alert(1)"><script>alert(2)</script>&lt;b&gt;';
const actions = {
  start: vi.fn(),
  stop: vi.fn(),
  finish: vi.fn(),
  again: vi.fn(),
  allow: vi.fn(),
  relayOnly: vi.fn(),
};

async function shown(): Promise<HTMLElement> {
  const root = document.createElement("main");
  document.body.replaceChildren(root);
  render(<Page {...actions} />, root);
  await new Promise((resolve) => setTimeout(resolve));
  return root;
}

afterEach(() => {
  state.phase.value = { is: "connecting" };
  state.started.value = false;
  state.title.value = "";
  state.job.value = "";
  state.tasks.value = [];
  state.tasksDone.value = 0;
  state.relayOnly.value = { chosen: false, always: false };
});

test("before Start the person may choose that peers never see this device's address", async () => {
  state.phase.value = { is: "invited" };
  const page = await shown();
  const box = page.querySelector<HTMLInputElement>("#relay-only");
  expect(box?.checked).toBe(false);
  expect(box?.closest("label")?.textContent).toContain("Relay only: peers do not see my address");
  box?.click();
  expect(actions.relayOnly).toHaveBeenLastCalledWith(true);
});

test("where peers never see it anyway the box is ticked and says so", async () => {
  state.phase.value = { is: "invited" };
  state.relayOnly.value = { chosen: false, always: true };
  const box = (await shown()).querySelector<HTMLInputElement>("#relay-only");
  expect([box?.checked, box?.disabled]).toEqual([true, true]);
  state.phase.value = { is: "working" };
  state.started.value = true;
  expect((await shown()).querySelector("#relay-only")).toBeNull();
});

test("before Start it says who asks, and offers Start alone", async () => {
  state.phase.value = { is: "invited" };
  state.title.value = "Word count of class 3b";
  const page = await shown();
  expect(page.textContent).toContain("“Word count of class 3b” asks for your help");
  expect([...page.querySelectorAll("button")].map(({ id }) => id)).toEqual(["start"]);
  page.querySelector<HTMLButtonElement>("#start")?.click();
  expect(actions.start).toHaveBeenCalledOnce();
});

test("while it works it shows the job, node and partition, and offers Stop", async () => {
  state.phase.value = { is: "working" };
  state.started.value = true;
  state.job.value = "word count";
  state.tasks.value = [
    { name: "map at job.py:3", partition: 4, state: "running" },
    { name: "map at job.py:3", partition: 5, state: "ready" },
  ];
  state.tasksDone.value = 12;
  const page = await shown();
  expect(page.querySelector("#status")?.textContent).toBe("Computing");
  expect(page.querySelector("#meter-job")?.textContent).toBe("word count");
  expect(page.querySelector("#meter-task")?.textContent).toBe("map at job.py:3, partition 4");
  expect(page.querySelector("#meter-tasks")?.textContent).toBe("12");
  page.querySelector<HTMLButtonElement>("#stop")?.click();
  expect(actions.stop).toHaveBeenCalledOnce();
  page.querySelector<HTMLButtonElement>("#finish")?.click();
  expect(actions.finish).toHaveBeenCalledOnce();
});

test("while it finishes it says to wait, and then that the tab can be closed", async () => {
  state.phase.value = { is: "finishing" };
  state.started.value = true;
  const page = await shown();
  expect(page.querySelector("#status")?.textContent).toContain("Keep it open until");
  expect([...page.querySelectorAll("button")].map(({ id }) => id)).toEqual(["stop"]);
  state.phase.value = { is: "left", leftBehind: 0 };
  expect((await shown()).querySelector("#status")?.textContent).toContain("You can close this tab now");
  state.phase.value = { is: "left", leftBehind: 2 };
  expect((await shown()).querySelector("#status")?.textContent).toContain("2 blocks");
});

test("it says of the bytes that moved whether they came directly or were relayed", async () => {
  state.phase.value = { is: "working" };
  state.started.value = true;
  state.received.value = { direct: 5_200_000, relayed: 300_000 };
  state.served.value = { direct: 0, relayed: 7_000 };
  const page = await shown();
  expect(page.querySelector("#meter-received")?.textContent).toBe("5.2 MB direct, 300 kB relayed");
  expect(page.querySelector("#meter-sent")?.textContent).toBe("7.0 kB relayed");
  state.received.value = { direct: 0, relayed: 0 };
  expect((await shown()).querySelector("#meter-received")?.textContent).toBe("0 B");
  state.served.value = { direct: 0, relayed: 0 };
});

test("a stranger's words are shown as text, never as markup", async () => {
  state.phase.value = { is: "invited" };
  state.title.value = hostile;
  expect((await shown()).querySelector("img, script, b")).toBe(null);
  state.phase.value = { is: "working" };
  state.started.value = true;
  state.job.value = hostile;
  state.tasks.value = [{ name: hostile, partition: 0, state: "running" }];
  const page = await shown();
  expect(page.querySelector("img, script, b")).toBe(null);
  expect(page.querySelector("#meter-job")?.textContent).toBe(hostile);
  state.phase.value = { is: "cannot-start", reason: hostile };
  expect((await shown()).querySelector("img, script, b")).toBe(null);
});

test.each<[state.Phase, string]>([
  [{ is: "connecting" }, "Connecting"],
  [{ is: "gone" }, "The coordinator is gone"],
  [{ is: "no-invite" }, "This page needs an invite link"],
  [{ is: "refused", code: "unauthenticated", reason: "" }, "This link is not valid"],
  [{ is: "refused", code: "wrong_role", reason: "" }, "This is not an invite link"],
  [{ is: "refused", code: "version", reason: "" }, "This page is out of date"],
  [{ is: "cannot-sandbox", escaped: ["fetch (worker)"] }, "This browser cannot sandbox"],
  [{ is: "cannot-start", reason: "no network" }, "Python could not be started"],
  [{ is: "unsupported", what: "WebAssembly" }, "This browser is too old"],
  [{ is: "left" }, "Stopped"],
])("the phase %o is told in plain words", async (phase, words) => {
  state.phase.value = phase;
  expect((await shown()).querySelector("#status strong")?.textContent).toContain(words);
});

test("no word of the page carries an inline style or handler: its policy would drop them", async () => {
  state.phase.value = { is: "working" };
  state.started.value = true;
  const page = await shown();
  expect(page.querySelector("[style], [onclick], [onchange]")).toBe(null);
});
