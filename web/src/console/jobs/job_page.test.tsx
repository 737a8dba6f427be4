// @vitest-environment happy-dom
import { render } from "preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { MadeUpSwarm } from "../../../tests/made_up_swarm.ts";
import type { FromDriver, ObservedJob } from "../../wire/messages.ts";
import { ObservationStore } from "../observation/store.ts";
import { line } from "../state.ts";
import { lineOpener } from "./code_line.tsx";
import { JobPage } from "./job_page.tsx";

let store: ObservationStore;
let swarm: MadeUpSwarm;

beforeEach(() => {
  store = new ObservationStore();
  swarm = new MadeUpSwarm({ volunteers: 30, tasks: 300 });
  store.look("j1");
  store.apply(swarm.whole());
});

afterEach(() => {
  line.value = null;
  lineOpener.value = () => null;
});

async function shown(id = "j1"): Promise<HTMLElement> {
  const root = document.createElement("main");
  document.body.replaceChildren(root);
  render(<JobPage id={id} store={store} />, root);
  await vi.waitFor(() =>
    expect(root.querySelector(".graph, .job-page") === null || root.querySelector(".graph")).toBeTruthy(),
  );
  return root;
}

async function drawn(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
}

function told(change: Partial<ObservedJob>): void {
  const summary = swarm.whole().jobs?.[0] as ObservedJob;
  store.apply({ type: "Observation", now: 70_000, job: "j1", jobs: [{ ...summary, ...change }] });
}

test("a running job tells its stages with what is left, and can be cancelled after a question", async () => {
  const said: FromDriver[] = [];
  line.value = { say: (message) => said.push(message), hear: () => () => {} };
  const page = await shown();
  expect(page.querySelector("h1")?.textContent).toBe("collect at cell 3:6");
  expect(page.querySelector("[data-stage='0']")?.textContent).toContain("about 10 s left");
  expect(page.querySelector("[data-stage='1']")?.textContent).toContain("waits for what comes before it");
  const button = [...page.querySelectorAll("button")].find(({ textContent }) => textContent === "Cancel job …");
  button?.click();
  await drawn();
  expect([said, page.querySelector("[role=alertdialog]")?.textContent]).toEqual([
    [],
    expect.stringContaining("ends without an answer"),
  ]);
  page.querySelector<HTMLButtonElement>("[role=alertdialog] .danger")?.click();
  expect(said).toEqual([{ type: "CancelJob", job: "j1" }]);
});

test("a job without a volunteer says that it waits, and what for", async () => {
  told({ waiting_for: "volunteers" });
  expect((await shown()).textContent).toContain("Waits for a volunteer: none is here.");
});

test("a job that is over has a report in place of Cancel, and says how long it took", async () => {
  told({ state: "done", ended: 65_000, left: -1 });
  const page = await shown();
  expect(page.querySelector("#save-report")).not.toBeNull();
  expect(page.textContent).not.toContain("Cancel job");
  expect(page.textContent).toContain("took 65 s");
});

test("an error is told once, with how often it happened, its line, and where first", async () => {
  const error = (await shown()).querySelector("[data-error='1']");
  expect(error?.textContent).toContain("ZeroDivisionError 4 ×");
  expect(error?.textContent).toContain("first on Tab 2, partition 30");
  expect(error?.textContent).toContain("at cell 3:3");
});

test("what was lost is told in a sentence with who left", async () => {
  const lost = { task: 9000, attempt: 0, volunteer: "p3" };
  const attempts = (swarm.whole().attempts ?? []).slice(0, 1);
  const base = attempts[0];
  if (!base) throw new Error("no attempt");
  const again = base.with(0, 9001).with(7, "recomputed") as typeof base;
  store.detail.clear();
  const gone = base.with(0, lost.task).with(2, lost.volunteer).with(16, "lost") as typeof base;
  store.apply({
    type: "Observation",
    now: 70_000,
    job: "j1",
    nodes: swarm.whole().nodes ?? [],
    attempts: [gone, again],
  });
  expect((await shown()).querySelector(".story")?.textContent).toContain(
    "Tab 3 left: 1 partition of flatMap at cell 3:2 was computed again.",
  );
});

test("a box of the graph leads to its line of code, and from there to the notebook", async () => {
  const opened: string[] = [];
  lineOpener.value = (callSite) => (callSite.startsWith("cell") ? () => opened.push(callSite) : null);
  const page = await shown();
  page.querySelector("[data-node='4']")?.dispatchEvent(new MouseEvent("click", { bubbles: true }));
  await drawn();
  expect(page.querySelector(".node-facts")?.textContent).toContain("pairs.reduceByKey(operator.add)");
  page.querySelector<HTMLButtonElement>(".node-facts button")?.click();
  expect(opened).toEqual(["cell 3:4"]);
});

test("the timeline has a row for each volunteer, folded where they are many", async () => {
  const page = await shown();
  expect(page.querySelectorAll(".timeline-row")).toHaveLength(24);
  [...page.querySelectorAll("button")].find(({ textContent }) => textContent === "Show all 31 volunteers")?.click();
  await drawn();
  expect(page.querySelectorAll(".timeline-row")).toHaveLength(31);
});

test("arrow keys step through a row's attempts and tell each in words", async () => {
  const page = await shown();
  const rows = page.querySelector("[role=listbox]");
  const press = async (key: string) => {
    rows?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    await drawn();
    return page.querySelector(".attempt-in-words")?.textContent;
  };
  expect(await press("ArrowDown")).toContain("flatMap at cell 3:2, partition 0 Tab 1: first attempt, done. fetch");
  expect(await press("ArrowRight")).toContain("partition 30");
  expect(await press("ArrowLeft")).toContain("partition 0");
  expect(await press("ArrowDown")).toContain("Tab 2");
  expect(rows?.getAttribute("aria-activedescendant")).toBe(page.querySelector("[aria-selected=true]")?.id);
});

test("of a change in one volunteer's row no other row is drawn anew", async () => {
  const page = await shown();
  const paths = (volunteer: string) =>
    [...page.querySelectorAll(`[data-volunteer='${volunteer}'] path`)].map((path) => path.getAttribute("d"));
  const [first, second] = [paths("p1"), paths("p2")];
  const watched = new MutationObserver(() => {});
  watched.observe(page.querySelector("[data-volunteer='p2']") as Element, { attributes: true, subtree: true });
  const attempt = (swarm.whole().attempts ?? []).find(
    ([, , volunteer, , , , , , , , , , , , , , outcome]) => volunteer === "p1" && outcome === "open",
  );
  if (!attempt) throw new Error("no open attempt");
  const now = store.now.peek() + 100;
  const ended = attempt
    .with(9, now - 50)
    .with(10, now)
    .with(12, 0.05)
    .with(16, "done") as typeof attempt;
  store.apply({ type: "Observation", now, job: "j1", attempts: [ended] });
  await drawn();
  expect(paths("p1")).not.toEqual(first);
  expect(paths("p2")).toEqual(second);
  expect(watched.takeRecords()).toEqual([]);
});

test("the spread has a hint in words for a node that is skewed", async () => {
  const hint = (await shown()).querySelector(".spread .hint")?.textContent;
  expect(hint).toMatch(/^Partition \d+ takes \d+ times the median \(.* it has \d+ times the rows/);
});

test("a job that is not known any more says so, and leads back", async () => {
  const page = await shown("j99");
  expect(page.textContent).toContain("This job is not known any more");
  expect(page.querySelector("a")?.getAttribute("href")).toBe("/console?view=jobs");
});

test("what tasks printed is shown as text, with whose it is", async () => {
  store.hear({ type: "TaskOutput", job: "j1", volunteer: "p2", partition: 7, stream: "stderr", text: "<b>hm</b>\n" });
  const output = (await shown()).querySelector(".task-output");
  expect(output?.textContent).toBe("Tab 2, partition 7<b>hm</b>\n");
});
