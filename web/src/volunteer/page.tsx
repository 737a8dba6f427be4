import { volunteer as text } from "../strings.ts";
import { choices } from "./choices.ts";
import { Controls } from "./controls.tsx";
import { installOffer } from "./install.ts";
import { Invitation } from "./invitation.tsx";
import { Meter } from "./meter.tsx";
import { pausedBy, pausedByPerson } from "./pausing.ts";
import { Rules } from "./rules_panel.tsx";
import * as state from "./state.ts";
import { Thanks } from "./thanks.tsx";
import { wordsFor } from "./words.ts";

export interface Actions {
  start(): void;
  pause(paused: boolean): void;
  stop(): void;
  /** No new work; stop when others have what this tab holds. */
  finish(): void;
  /** After a stop: open the session anew. */
  again(): void;
}

/** The whole page. What it shows follows `state.ts`; a stranger's words go in as text, never as markup. */
export function Page(actions: Actions) {
  const { is } = state.phase.value;
  const started = state.started.value;
  const paused = is === "working" && pausedBy.value.length > 0;
  return (
    <div id="state" class="volunteer" data-phase={paused ? "paused" : is}>
      <p class="brand">tabswarm</p>
      <h1>{heading(is, started)}</h1>
      {is === "invited" ? <Invitation start={actions.start} /> : <Status />}
      {started && <Buttons {...actions} />}
      {is === "left" && state.tasksDone.value > 0 && <Thanks />}
      {is === "left" && (
        <button type="button" class="start" id="again" onClick={actions.again}>
          {text.startAgain}
        </button>
      )}
      {started && <Meter />}
      {(started || is === "invited") && <Controls />}
      {(started || is === "invited") && <Rules />}
      {installOffer.value && <Install offer={installOffer.value} />}
      {(started || is === "invited") && !window.isSecureContext && (
        <p class="soft" id="plain-http">
          {text.off.plain}
        </p>
      )}
    </div>
  );
}

function heading(phase: state.Phase["is"], started: boolean): string {
  const title = state.title.value;
  if (phase === "left") return state.tasksDone.value > 0 ? text.helped(title) : text.heading;
  return started ? text.helping(title) : text.heading;
}

function Install({ offer }: { offer: { prompt(): Promise<unknown> } }) {
  return (
    <p class="install">
      <button type="button" class="finish" id="install" onClick={() => void offer.prompt()}>
        {text.off.install}
      </button>
      <span class="soft">{text.off.installMore}</span>
    </p>
  );
}

function Buttons({ pause, finish, stop }: Actions) {
  const finishing = state.phase.value.is === "finishing";
  const paused = pausedByPerson.value;
  return (
    <fieldset class="buttons" aria-label={text.actions}>
      {!finishing && (
        <button type="button" class="pause" id="pause" onClick={() => pause(!paused)}>
          {paused ? text.resume : text.pause}
        </button>
      )}
      {!finishing && (
        <button type="button" class="finish" id="finish" onClick={finish}>
          {text.finish}
        </button>
      )}
      <button type="button" class="stop" id="stop" onClick={stop}>
        {text.stop}
      </button>
    </fieldset>
  );
}

function Status() {
  const { line, more, look } = wordsFor(state.phase.value, {
    tasks: state.tasks.value,
    pausedBy: pausedBy.value,
    held: state.held.value.count,
    resting: state.resting.value,
    load: choices.value.load,
  });
  return (
    <p class={`status ${look} ${state.started.value ? "live" : ""}`} id="status" role="status">
      <strong>{line}</strong>
      {more && <span>{more}</span>}
    </p>
  );
}
