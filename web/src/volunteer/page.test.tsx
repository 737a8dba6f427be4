// @vitest-environment happy-dom
import { render } from "preact";
import { afterEach, expect, test, vi } from "vitest";
import { choices, defaults } from "./choices.ts";
import { device } from "./device.ts";
import { Page } from "./page.tsx";
import { pausedByPerson } from "./pausing.ts";
import * as state from "./state.ts";

const hostile = '<img src=x onerror="alert(1)"><script>alert(2)</script>&lt;b&gt;';
const actions = { start: vi.fn(), pause: vi.fn(), stop: vi.fn(), finish: vi.fn(), again: vi.fn() };

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
  state.message.value = "";
  state.about.value = null;
  state.relayAlways.value = false;
  choices.value = defaults(false);
  device.value = { battery: null, hidden: false, metered: null };
  pausedByPerson.value = false;
});

test("before Start the person may choose that peers never see this device's address", async () => {
  state.phase.value = { is: "invited" };
  const page = await shown();
  const box = page.querySelector<HTMLInputElement>("#relay-only");
  expect(box?.checked).toBe(false);
  expect(box?.closest("label")?.textContent).toContain("Relay only: peers do not see my address");
  box?.click();
  expect(choices.value.relayOnly).toBe(true);
});

test("where peers never see it anyway the box is ticked and says so", async () => {
  state.phase.value = { is: "invited" };
  state.relayAlways.value = true;
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

const invitation = {
  name: "word count",
  action: { name: "collect", callSite: "job.py:9" },
  running: true,
  code: [{ name: "flatMap", callSite: "job.py:3", source: "rdd.flatMap(lambda line: line.split())" }],
  moreCode: 2,
  tasks: 1200,
  sourceBytes: 5_000_000,
};

test("before Start it says what for, how much, and shows the code folded, as text", async () => {
  state.phase.value = { is: "invited" };
  state.message.value = "We count words.\nThank you!";
  state.about.value = invitation;
  const page = await shown();
  expect(page.querySelector("#message")?.textContent).toBe("We count words.\nThank you!");
  expect(page.querySelector("#about")?.textContent).toContain("It computes “word count” now");
  expect(page.querySelector("#about")?.textContent).toContain("1,200 tasks are left to share out, over 5.0 MB of data");
  const code = page.querySelector<HTMLDetailsElement>("#code");
  expect(code?.open).toBe(false);
  expect(code?.textContent).toContain("flatMap, job.py:3rdd.flatMap(lambda line: line.split())");
  expect(code?.textContent).toContain("and 2 more steps");
});

test("while it works it shows the very line of code", async () => {
  state.phase.value = { is: "working" };
  state.started.value = true;
  state.about.value = invitation;
  state.tasks.value = [{ name: "flatMap at job.py:3", partition: 0, state: "running" }];
  expect((await shown()).querySelector("#meter-line")?.textContent).toBe("rdd.flatMap(lambda line: line.split())");
  state.tasks.value = [{ name: "flatMap at job.py:33", partition: 0, state: "running" }];
  expect((await shown()).querySelector("#meter-line")).toBe(null);
});

test("Pause becomes Resume, and the page says what still runs and what stays", async () => {
  state.phase.value = { is: "working" };
  state.started.value = true;
  let page = await shown();
  page.querySelector<HTMLButtonElement>("#pause")?.click();
  expect(actions.pause).toHaveBeenLastCalledWith(true);
  pausedByPerson.value = true;
  state.tasks.value = [{ name: "map", partition: 0, state: "running" }];
  state.held.value = { count: 2, bytes: 10, bytesOnDisk: 0, isFull: false };
  page = await shown();
  expect(page.querySelector("#state")?.getAttribute("data-phase")).toBe("paused");
  expect(page.querySelector("#pause")?.textContent).toBe("Resume");
  expect(page.querySelector("#status")?.textContent).toContain("One task that had begun is being brought to an end");
  state.tasks.value = [];
  page = await shown();
  expect(page.querySelector("#status")?.textContent).toBe(
    "Paused by youNothing is computed. What this tab holds, others can still fetch.",
  );
  state.held.value = { count: 0, bytes: 0, bytesOnDisk: 0, isFull: false };
});

test("each rule says when it acts, and several say so together", async () => {
  state.phase.value = { is: "working" };
  state.started.value = true;
  device.value = { battery: { level: 0.29, charging: false }, hidden: false, metered: true };
  const page = await shown();
  expect(page.querySelector("#status strong")?.textContent).toBe("Paused: on battery below 30 %");
  expect(page.querySelector("#status span")?.textContent).toContain(
    "Also: the network is metered. It goes on by itself",
  );
  expect(page.querySelector("#pause")?.textContent).toBe("Pause");
});

test("a rule that this browser cannot keep is not offered", async () => {
  state.phase.value = { is: "invited" };
  let page = await shown();
  expect([...page.querySelectorAll("#rules [id^=choose]")].map(({ id }) => id)).toEqual([
    "choose-hidden",
    "choose-dataCap",
    "choose-memory",
  ]);
  device.value = { battery: { level: 1, charging: true }, hidden: false, metered: false };
  page = await shown();
  expect(page.querySelectorAll("#choose-battery, #choose-metered").length).toBe(2);
});

test("after the end it says what was contributed, and thanks", async () => {
  state.phase.value = { is: "left" };
  state.tasksDone.value = 1234;
  state.secondsComputed.value = 150;
  state.jobsHelped.value = 2;
  const page = await shown();
  expect(page.querySelector("#thanks")?.textContent).toContain("1,234 tasks in 2 min 30 s of computing, for 2 jobs");
  state.phase.value = { is: "left", cap: 500 };
  expect((await shown()).querySelector("#status strong")?.textContent).toBe("Stopped: 500 MB moved, your limit");
});

test("a stranger's words are shown as text, never as markup", async () => {
  state.phase.value = { is: "invited" };
  state.title.value = hostile;
  state.message.value = hostile;
  state.about.value = { ...invitation, name: hostile, code: [{ name: hostile, callSite: hostile, source: hostile }] };
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
