// biome-ignore-all lint/a11y/useSemanticElements: a fieldset is for the fields of a form
import { type ReadonlySignal, type Signal, useComputed, useSignal } from "@preact/signals";
import { useContext, useId, useMemo, useRef } from "preact/hooks";
import { inTime } from "../../strings/amounts.ts";
import { jobs as text } from "../../strings/jobs.ts";
import { useInSight } from "../lists/in_sight.ts";
import type { ObservationStore } from "../observation/store.ts";
import { AttemptInWords } from "./attempt_in_words.tsx";
import { Still } from "./still.ts";
import { attemptAt, horizon, layOut, type Placed, type TimelineRow, ticks } from "./timeline_layout.ts";
import { Legend } from "./timeline_legend.tsx";

/** Height of a lane in CSS pixels. */
const LANE = 11;
/** Volunteers that are shown at first. */
const FOLD = 24;
/** How far from a bar one may point, as a share of the whole row. */
const SLACK = 0.004;

/** An attempt that was pointed at, or stepped to by keys. */
interface Chosen {
  volunteer: string;
  placed: Placed;
}

interface TimelineProps {
  store: ObservationStore;
  /** When the job began and ended, in the coordinator's milliseconds; -1: it runs. */
  origin: number;
  ended: number;
}

/** What each volunteer did, over time: a row each, and a row is drawn anew only when something happened in it. */
export function Timeline({ store, origin, ended }: TimelineProps) {
  const still = useContext(Still);
  const unfolded = useSignal(still);
  const chosen = useSignal<Chosen | null>(null);
  const span = useComputed(() => (ended >= 0 ? Math.max(1, ended - origin) : horizon(store.now.value - origin)));
  const all = store.detail.changes.ids.value;
  if (all.length === 0) return <p class="soft">{text.timelineNone}</p>;
  const folded = store.detail.folded.value.reduce((sum, [, attempts]) => sum + attempts, 0);
  return (
    <div class="timeline">
      <Legend />
      {!still && <AttemptInWords store={store} chosen={chosen} />}
      <Axis span={span} />
      <Rows {...{ store, most: unfolded.value ? all.length : FOLD, span, chosen, origin, ended }} />
      {folded > 0 && <p class="soft">{text.folded(folded)}</p>}
      {!still && all.length > FOLD && (
        <button type="button" onClick={() => (unfolded.value = !unfolded.value)}>
          {unfolded.value ? text.fewerVolunteers : text.allVolunteers(all.length)}
        </button>
      )}
    </div>
  );
}

interface RowsProps {
  store: ObservationStore;
  /** How many rows are shown. */
  most: number;
  span: ReadonlySignal<number>;
  chosen: Signal<Chosen | null>;
  origin: number;
  ended: number;
}

/** The rows as a list of which one is chosen, by pointing or with the arrow keys. */
function Rows({ store, most, span, chosen, origin, ended }: RowsProps) {
  const still = useContext(Still);
  const id = useId();
  const rows = useRef(new Map<string, TimelineRow>()).current;
  const shown = store.detail.changes.ids.value.slice(0, most);
  const at = chosen.value?.volunteer;
  const point = ({ target, clientX, clientY }: PointerEvent) => {
    const found = pointed(target as Element, clientX, clientY, rows, span.value);
    if (found) chosen.value = found;
  };
  const step = (event: KeyboardEvent) => {
    const next = stepped(event.key, chosen.value, shown, rows);
    if (!next) return;
    event.preventDefault();
    chosen.value = next;
    document.getElementById(`${id}-${next.volunteer}`)?.scrollIntoView({ block: "nearest" });
  };
  const drawn = shown.map((volunteer) => (
    <Row key={volunteer} id={`${id}-${volunteer}`} {...{ store, volunteer, rows, span, chosen, origin }} />
  ));
  if (still) return <div class="timeline-rows">{drawn}</div>;
  return (
    <div
      class="timeline-rows"
      role="listbox"
      tabIndex={0}
      aria-label={text.timelineLabel}
      aria-activedescendant={at && shown.includes(at) ? `${id}-${at}` : undefined}
      onPointerMove={point}
      onPointerDown={point}
      onKeyDown={step}
    >
      {drawn}
      {ended < 0 && <Future now={store.now} span={span} origin={origin} />}
    </div>
  );
}

interface RowProps extends Omit<RowsProps, "most" | "ended"> {
  volunteer: string;
  id: string;
  /** Where each row's layout is kept for pointing at it. */
  rows: Map<string, TimelineRow>;
}

function Row({ store, volunteer, rows, span, chosen, origin, id }: RowProps) {
  const still = useContext(Still);
  const element = useRef<HTMLDivElement>(null);
  const inSight = useInSight(element);
  // Out of sight it stays as it was drawn last, and follows nothing but whether it comes back.
  const drawn = useRef(0);
  const drawnTo = useRef(span.peek());
  if (inSight.value) drawn.current = store.detail.changes.row(volunteer)?.value ?? 0;
  const changes = drawn.current;
  if (inSight.value) drawnTo.current = span.value;
  const whole = drawnTo.current;
  const row = useMemo(() => layOut(store.detail.attemptsOf(volunteer), origin, origin + whole), [changes, whole]);
  rows.set(volunteer, row);
  const mine = useComputed(() => (chosen.value?.volunteer === volunteer ? chosen.value.placed : null));
  const placed = mine.value;
  const name = store.comings.nameOf(volunteer);
  const said = store.comings.hasLeft(volunteer) ? text.hasLeft(name) : name;
  const option = still
    ? {}
    : { role: "option", "aria-selected": placed !== null, "aria-label": text.row(said, row.placed.length) };
  return (
    <div class="timeline-row" ref={element} id={id} data-volunteer={volunteer} {...(option as object)}>
      <bdi class="timeline-name" title={said}>
        {said}
      </bdi>
      <svg
        viewBox={`0 0 ${whole} ${row.lanes}`}
        height={row.lanes * LANE}
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        {Object.entries(row.parts).map(([part, path]) => path && <path key={part} class={`part ${part}`} d={path} />)}
        {Object.entries(row.marks).map(([mark, path]) => path && <path key={mark} class={`mark ${mark}`} d={path} />)}
        {placed && (
          <path class="chosen" d={`M${placed.from} ${placed.lane}H${Math.min(placed.to, whole)}v1H${placed.from}z`} />
        )}
      </svg>
    </div>
  );
}

/** Covers what has not happened yet: what goes on is drawn without an end. */
function Future({ now, span, origin }: { now: ReadonlySignal<number>; span: ReadonlySignal<number>; origin: number }) {
  const past = Math.max(0, now.value - origin);
  return (
    <svg class="timeline-future" viewBox={`0 0 ${span.value} 1`} preserveAspectRatio="none" aria-hidden="true">
      <rect x={past} width={Math.max(0, span.value - past)} height="1" />
    </svg>
  );
}

function Axis({ span }: { span: ReadonlySignal<number> }) {
  const whole = span.value;
  const marks = ticks(whole, 6).filter((each) => each < whole * 0.94);
  return (
    <svg class="timeline-axis" height="18" aria-hidden="true">
      {marks.map((each) => (
        <text key={each} x={`${(100 * each) / whole}%`} y="13" text-anchor={each === 0 ? "start" : "middle"}>
          {each === 0 ? "0" : inTime(each).replace(/\.0 s$/, " s")}
        </text>
      ))}
    </svg>
  );
}

function pointed(target: Element, x: number, y: number, rows: Map<string, TimelineRow>, span: number): Chosen | null {
  const element = target.closest("[data-volunteer]");
  const volunteer = element?.getAttribute("data-volunteer") ?? "";
  const row = rows.get(volunteer);
  const box = element?.querySelector("svg")?.getBoundingClientRect();
  if (!row || !box || box.width === 0) return null;
  const time = ((x - box.left) / box.width) * span;
  const placed = attemptAt(row, time, Math.floor((y - box.top) / LANE), span * SLACK);
  return placed ? { volunteer, placed } : null;
}

/** Up and down choose another row, left and right another attempt of it. */
function stepped(
  key: string,
  chosen: Chosen | null,
  shown: readonly string[],
  rows: Map<string, TimelineRow>,
): Chosen | null {
  const [down, along] = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[key] ?? [];
  if (down === undefined || along === undefined) return null;
  const at = chosen ? shown.indexOf(chosen.volunteer) : -1;
  const volunteer = shown[Math.min(shown.length - 1, Math.max(0, at + (at < 0 ? 1 : down)))];
  const row = volunteer === undefined ? undefined : rows.get(volunteer);
  if (volunteer === undefined || !row) return null;
  const key_ = ({ attempt }: Placed) => `${attempt.task}.${attempt.attempt}`;
  const before =
    chosen?.volunteer === volunteer ? row.placed.findIndex((each) => key_(each) === key_(chosen.placed)) : -1;
  const next = before < 0 ? 0 : Math.min(row.placed.length - 1, Math.max(0, before + along));
  const placed = row.placed[next];
  return placed ? { volunteer, placed } : null;
}
