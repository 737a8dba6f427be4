// biome-ignore-all lint/a11y/useFocusableInteractive: rows and headings of a table that is only read
// biome-ignore-all lint/a11y/useSemanticElements: a real table can be neither windowed nor laid out for a phone

import { inDigits, inTime } from "../../strings/amounts.ts";
import { jobs as text } from "../../strings/jobs.ts";
import { inBytes } from "../../strings.ts";
import { Columns } from "../lists/columns.tsx";
import { Windowed } from "../lists/windowed.tsx";
import type { ObservationStore } from "../observation/store.ts";
import { useSlowly } from "./slowly.ts";

/** Every attempt in words: the timeline for those who cannot see it, or want the figures. */
export function AttemptTable({ store }: { store: ObservationStore }) {
  useSlowly(store.detail.attemptsChanged, 1000);
  const keys = [...store.detail.attempts()].map(({ task, attempt }) => `${task}.${attempt}`);
  return (
    <div class="attempt-table" role="table" aria-label={text.attempts} aria-rowcount={keys.length + 1}>
      <Columns kind="attempt" names={text.attemptColumns} />
      <Windowed ids={keys} height={30} label={text.attempts} row={(key, index) => row(store, key, index)} />
    </div>
  );
}

function row(store: ObservationStore, key: string, index: number) {
  const [task = 0, number = 0] = key.split(".").map(Number);
  const attempt = store.detail.attempt(task, number);
  if (!attempt) return null;
  const { volunteer, partition, reason, fetching, seconds, rows, written, outcome } = attempt;
  const values = [
    key,
    String(partition),
    store.comings.nameOf(volunteer),
    text.reasons[reason],
    inTime(fetching * 1000),
    inTime(seconds * 1000),
    inDigits(rows),
    inBytes(written),
    text.outcomes[outcome],
  ];
  return (
    <div class="attempt" role="row" data-row aria-rowindex={index + 2} key={key}>
      {values.map((value, column) => (
        <span role="cell" key={text.attemptColumns[column]}>
          <bdi>{value}</bdi>
        </span>
      ))}
    </div>
  );
}
