import { inDigits } from "../../strings/amounts.ts";
import { jobs as text } from "../../strings/jobs.ts";
import { inBytes } from "../../strings.ts";
import { Figures } from "../lists/figures.tsx";
import type { Job } from "../observation/shapes.ts";
import type { ObservationStore } from "../observation/store.ts";
import { lossesOf } from "./losses.ts";
import { nodeNames } from "./node_names.ts";
import { useSlowly } from "./slowly.ts";

/** What went another way than planned, in sentences; and the job in figures. */
export function Story({ store, id }: { store: ObservationStore; id: string }) {
  const job = store.job(id);
  if (!job) return null;
  return (
    <>
      <Sentences store={store} state={job.state} />
      <Figures rows={figures(job)} label={text.facts.label} />
    </>
  );
}

/** They look at every attempt, so they do it once a second at most. */
function Sentences({ store, state }: { store: ObservationStore; state: string }) {
  useSlowly(store.detail.attemptsChanged, 1000);
  return (
    <div class="story">
      {sentences(store, state).map((sentence) => (
        <p key={sentence}>
          <bdi>{sentence}</bdi>
        </p>
      ))}
    </div>
  );
}

/** "Tab 3 left: 3 partitions of map at cell 1:2 were computed again." */
export function sentences(store: ObservationStore, state: string): string[] {
  const losses = lossesOf(store.detail.attempts());
  const nameOf = nodeNames(store.detail.nodes.value);
  const left = losses.left.map((id) => store.comings.nameOf(id));
  const told: string[] = [];
  if (losses.partitions > 0) {
    told.push(
      text.again(
        left,
        losses.partitions,
        losses.again.map(({ node }) => nameOf(node)),
      ),
    );
  } else if (left.length > 0) told.push(text.leftOnly(left));
  if (losses.speculative > 0) told.push(text.speculation(losses.speculative, losses.speculativeWins));
  if (told.length === 0 && state === "done" && losses.retries === 0) told.push(text.nothingLost);
  return told;
}

function figures(job: Job): [label: string, value: string][] {
  const { facts } = text;
  const always: [string, string][] = [
    [facts.attempts, inDigits(job.attempts)],
    [facts.direct, inBytes(job.bytes.direct)],
    [facts.relayed, inBytes(job.bytes.relayed)],
  ];
  const ifAny: [string, number][] = [
    [facts.failed, job.failed],
    [facts.retries, job.retries],
    [facts.speculative, job.speculative],
    [facts.recomputed, job.recomputed],
  ];
  return [
    ...always,
    ...ifAny.filter(([, count]) => count > 0).map(([label, count]): [string, string] => [label, inDigits(count)]),
  ];
}
