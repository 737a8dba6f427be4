// @vitest-environment happy-dom
import { render } from "preact";
import { afterEach, expect, test } from "vitest";
import { HOSTILE } from "../../../tests/hostile_texts.ts";
import { MadeUpSwarm } from "../../../tests/made_up_swarm.ts";
import { JobsStrip, JobsView } from "../jobs/jobs_view.tsx";
import { StorageView } from "../jobs/storage_view.tsx";
import { store } from "../observation/live.ts";
import { SwarmStrip, SwarmView } from "./swarm_view.tsx";

afterEach(() => {
  store.apply({ type: "Observation", now: 1, fresh: true });
  store.comings.latest.value = [];
});

/** What the views are made of, where every text that a stranger may choose is this one. */
function drawn(text: string): { tags: string[]; words: string } {
  const whole = new MadeUpSwarm({ volunteers: 3, tasks: 12 }).whole();
  store.apply({
    ...whole,
    job: "",
    volunteers: (whole.volunteers ?? []).map((each) => ({
      ...{ ...each, name: text, kind: text, python: text },
      tasks: (each.tasks ?? []).map((task) => task.with(5, text) as typeof task),
    })),
    jobs: (whole.jobs ?? []).map((each) => ({
      ...each,
      ...{ action: text, call_site: text, program: text, description: text, error: text, waiting_for: text },
    })),
    stores: (whole.stores ?? []).map((each) => ({ ...each, name: text, call_site: text, level: text })),
  });
  const root = document.createElement("main");
  document.body.replaceChildren(root);
  render(
    <>
      <SwarmView />
      <SwarmStrip />
      <JobsView job="" />
      <JobsStrip />
      <StorageView />
    </>,
    root,
  );
  const tags = [...root.querySelectorAll("*")].map(({ tagName }) => tagName);
  const words = root.textContent ?? "";
  render(null, root);
  return { tags, words };
}

test.each(HOSTILE.map((text) => [text]))("%j is text in every view of the swarm", (text) => {
  const plain = drawn("plain");
  const { tags, words } = drawn(text);
  expect(tags).toEqual(plain.tags);
  expect(words).toContain(text);
});
