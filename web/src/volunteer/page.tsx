import { inBytes, volunteer as text } from "../strings.ts";
import * as state from "./state.ts";
import { wordsFor } from "./words.ts";

export interface Actions {
  start(): void;
  stop(): void;
  /** No new work; stop when others have what this tab holds. */
  finish(): void;
  /** After a stop: open the session anew. */
  again(): void;
  allow(cores: number): void;
  /** Whether others are never to reach this tab directly; before Start only. */
  relayOnly(chosen: boolean): void;
}

/** The whole page. What it shows follows `state.ts`; a stranger's words go in as text, never as markup. */
export function Page(actions: Actions) {
  const { is } = state.phase.value;
  const started = state.started.value;
  return (
    <div id="state" data-phase={is}>
      <p class="brand">tabswarm</p>
      <h1>{text.heading}</h1>
      {is === "invited" ? <Invitation {...actions} /> : <Status />}
      {started && is !== "finishing" && (
        <button type="button" class="finish" id="finish" onClick={actions.finish}>
          {text.finish}
        </button>
      )}
      {started && (
        <button type="button" class="stop" id="stop" onClick={actions.stop}>
          {text.stop}
        </button>
      )}
      {is === "left" && (
        <button type="button" class="start" id="again" onClick={actions.again}>
          {text.startAgain}
        </button>
      )}
      {(started || is === "left") && <Meter />}
      {started && state.cores.value.most > 1 && <Cores allow={actions.allow} />}
    </div>
  );
}

/** Who asks, for what, and what it means, before anything runs. */
function Invitation({ start, relayOnly }: Pick<Actions, "start" | "relayOnly">) {
  const title = state.title.value;
  const { chosen, always } = state.relayOnly.value;
  return (
    <section>
      <p class="asks">{title ? text.asks(title) : text.asksUntitled}</p>
      <p>{text.what}</p>
      <button type="button" class="start" id="start" onClick={start}>
        {text.start}
      </button>
      <p class="relay-only">
        <label>
          <input
            type="checkbox"
            id="relay-only"
            checked={chosen || always}
            disabled={always}
            onChange={(event) => relayOnly(event.currentTarget.checked)}
          />{" "}
          {always ? text.relayOnlyAlways : text.relayOnly}
        </label>
      </p>
      <ul>
        {text.promises.map((promise) => (
          <li key={promise}>{promise}</li>
        ))}
      </ul>
    </section>
  );
}

function Status() {
  const { line, more, look } = wordsFor(state.phase.value, state.tasks.value, state.tasksDone.value);
  return (
    <p class={`status ${look}`} id="status" role="status">
      <strong>{line}</strong>
      {more && <span>{more}</span>}
    </p>
  );
}

/** What runs, for whom and how much. */
function Meter() {
  const { meter } = text;
  const [task, ...others] = state.tasks.value.filter((shown) => shown.state === "running");
  const held = state.held.value;
  const rows: [id: string, label: string, value: string][] = [
    ["job", meter.job, state.job.value || meter.nothing],
    ["task", meter.task, task ? meter.partition(task.name, task.partition) : meter.nothing],
    ["tasks", meter.tasks, String(state.tasksDone.value)],
    ["time", meter.time, meter.seconds(state.secondsComputed.value)],
    ["received", meter.received, moved(state.received.value)],
    ["sent", meter.sent, moved(state.served.value)],
    ["held", meter.held, meter.blocks(held.count, inBytes(held.bytes)) + where(held)],
  ];
  return (
    <section aria-label={meter.heading}>
      <dl>
        {rows.map(([id, label, value]) => (
          <div key={id}>
            <dt>{label}</dt>
            <dd id={`meter-${id}`}>
              {value}
              {id === "task" && others.length > 0 && ` ${meter.more(others.length)}`}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** Where the held blocks lie, if not in memory alone as they should. */
function where({ bytesOnDisk, isFull }: { bytesOnDisk: number; isFull: boolean }): string {
  const { meter } = text;
  return (bytesOnDisk > 0 ? meter.onDisk(inBytes(bytesOnDisk)) : "") + (isFull ? meter.full : "");
}

/** "5.2 MB direct", "5.2 MB relayed", or both. */
function moved({ direct, relayed }: { direct: number; relayed: number }): string {
  const { meter } = text;
  const parts = [direct > 0 && meter.direct(inBytes(direct)), relayed > 0 && meter.relayed(inBytes(relayed))];
  return parts.filter((part) => part !== false).join(", ") || inBytes(0);
}

function Cores({ allow }: { allow(cores: number): void }) {
  const { allowed, most } = state.cores.value;
  return (
    <p class="cores">
      <label for="cores">{text.cores}</label>
      <select id="cores" value={allowed} onChange={(event) => allow(Number(event.currentTarget.value))}>
        {Array.from({ length: most }, (_, index) => index + 1).map((count) => (
          <option key={count} value={count}>
            {count}
          </option>
        ))}
      </select>
      <span>{text.coresOf(most)}</span>
    </p>
  );
}
