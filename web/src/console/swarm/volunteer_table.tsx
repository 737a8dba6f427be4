// biome-ignore-all lint/a11y/useFocusableInteractive: rows and headings of a table that is only read
// biome-ignore-all lint/a11y/useSemanticElements: a real table can be neither windowed nor laid out for a phone
import { swarm as text } from "../../strings/swarm.ts";
import { inBytes } from "../../strings.ts";
import { Columns } from "../lists/columns.tsx";
import { Windowed } from "../lists/windowed.tsx";
import { taskAtHand, type Volunteer } from "../observation/shapes.ts";
import type { ObservationStore } from "../observation/store.ts";
import { StateMark } from "./state_mark.tsx";

/** Who is here, one row each; a change to one draws that row and no other. */
export function VolunteerTable({ store }: { store: ObservationStore }) {
  const ids = store.volunteers.ids.value;
  return (
    <div class="volunteers" role="table" aria-label={text.tableLabel} aria-rowcount={ids.length + 1}>
      <Columns kind="volunteer" names={text.columns} />
      <Windowed
        ids={ids}
        height={52}
        label={text.tableLabel}
        row={(id, index) => <Row key={id} store={store} id={id} index={index} />}
      />
    </div>
  );
}

function Row({ store, id, index }: { store: ObservationStore; id: string; index: number }) {
  const volunteer = store.volunteers.row(id)?.value;
  if (!volunteer) return null;
  const { name, kind, python, assigned, slots, blocks, held, rows, seconds, done } = volunteer;
  return (
    <div
      class="volunteer"
      role="row"
      data-row
      data-volunteer={id}
      data-state={volunteer.state}
      aria-rowindex={index + 2}
    >
      <span role="cell" class="who">
        <bdi>{name || id}</bdi>
        <small>
          {text.kinds[kind] ?? kind}
          {python && <> · Python {python}</>}
        </small>
      </span>
      <span role="cell" class="does">
        <Doing volunteer={volunteer} />
      </span>
      <span role="cell" class="figure" data-label={text.columns[2]}>
        {text.slots(Math.min(assigned, slots), slots)}
      </span>
      <span role="cell" class="figure" data-label={text.columns[3]}>
        {blocks > 0 ? inBytes(held) : text.holdsNothing}
        {blocks > 0 && <small>{text.blocks(blocks)}</small>}
      </span>
      <span role="cell" class="figure" data-label={text.columns[4]}>
        {seconds > 0 ? text.speed(rows / seconds) : "–"}
        <small>{text.doneTasks(done)}</small>
      </span>
      <span role="cell" class="figure" data-label={text.columns[5]}>
        <Ways {...volunteer} />
      </span>
    </div>
  );
}

/** Its state, and the first of the tasks that it has. */
function Doing({ volunteer: { state, tasks, assigned } }: { volunteer: Volunteer }) {
  const [first] = tasks;
  const task = first && taskAtHand(first);
  return (
    <>
      <span class="state" title={state === "resting" ? text.restingWhy : undefined}>
        <StateMark state={state} /> {text.states[state]}
      </span>
      {task && (
        <small>
          <bdi>{text.task(task.title, task.partition)}</bdi>
          {assigned > 1 && ` ${text.moreTasks(assigned - 1)}`}
        </small>
      )}
    </>
  );
}

/** How what it fetched came here. */
function Ways({ direct, relayed }: Pick<Volunteer, "direct" | "relayed">) {
  const all = direct + relayed;
  if (all === 0) return <>{text.ways.none}</>;
  return (
    <>
      {inBytes(all)}
      <small>
        {relayed === 0 ? text.ways.direct : direct === 0 ? text.ways.relayed : text.ways.both(direct / all)}
      </small>
    </>
  );
}
