import { inBytes, volunteer as text } from "../strings.ts";
import { choices, choose } from "./choices.ts";
import * as state from "./state.ts";

/**
 * Who asks, for what, and what it means, before anything runs. What changes while somebody reads (the job, its code)
 * stands below Start, so that Start does not move under the finger.
 */
export function Invitation({ start }: { start(): void }) {
  const title = state.title.value;
  const message = state.message.value;
  return (
    <section aria-labelledby="asks">
      <p class="asks" id="asks">
        {title ? text.asks(title) : text.asksUntitled}
      </p>
      {message && (
        <blockquote class="message" id="message">
          {message}
        </blockquote>
      )}
      <p>{text.what}</p>
      <div class="go">
        <button type="button" class="start" id="start" onClick={start}>
          {text.start}
        </button>
        <p>{text.promise}</p>
      </div>
      <RelayOnly />
      <About />
      <dl class="facts">
        {text.facts.map(([what, how]) => (
          <div key={what}>
            <dt>{what}</dt>
            <dd>{how}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** What the swarm computes, as far as the coordinator tells: the job, an estimate, the code. */
function About() {
  const about = state.about.value;
  if (!about) return null;
  const words = text.about;
  const job = about.running ? words.now(about.name) : about.name ? words.last(about.name) : words.none;
  const bytes = about.sourceBytes > 0 ? inBytes(about.sourceBytes) : "";
  return (
    <section class="about" id="about" aria-label={words.heading}>
      <p>
        {job} {about.action && words.action(about.action.name, about.action.callSite)}{" "}
        {about.running && about.tasks > 0 && words.estimate(about.tasks, bytes)}
      </p>
      {about.code.length > 0 && (
        <details id="code">
          <summary>{words.code}</summary>
          <ol>
            {about.code.map(({ name, callSite, source }, index) => (
              <li key={`${index} ${callSite}`}>
                <span>{words.codeOf(name, callSite)}</span>
                {source && <pre>{source}</pre>}
              </li>
            ))}
          </ol>
          {about.moreCode > 0 && <p>{words.more(about.moreCode)}</p>}
        </details>
      )}
    </section>
  );
}

function RelayOnly() {
  const always = state.relayAlways.value;
  return (
    <p class="relay-only">
      <label>
        <input
          type="checkbox"
          id="relay-only"
          checked={choices.value.relayOnly || always}
          disabled={always}
          onChange={(event) => choose({ relayOnly: event.currentTarget.checked })}
        />
        {always ? text.relayOnlyAlways : text.relayOnly}
      </label>
    </p>
  );
}
