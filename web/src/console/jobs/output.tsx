// biome-ignore-all lint/a11y/useSemanticElements: a fieldset is for the fields of a form
import { jobs as text } from "../../strings/jobs.ts";
import type { ObservationStore } from "../observation/store.ts";

/** What the job's tasks printed. */
export function Output({ store, job }: { store: ObservationStore; job: string }) {
  const { printed, cut } = store.outputs.of(job).value;
  if (printed.length === 0) return null;
  return (
    <section aria-labelledby="output-heading">
      <h2 id="output-heading">{text.output}</h2>
      {cut && <p class="soft">{text.outputCut}</p>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be within reach of the keyboard */}
      <div class="task-output" tabIndex={0} role="group" aria-labelledby="output-heading">
        {printed.map(({ number, volunteer, partition, stream, text: said }) => (
          <div key={number} class={stream === "stderr" ? "stderr" : undefined}>
            <small>
              <bdi>{text.outputFrom(store.comings.nameOf(volunteer), partition)}</bdi>
            </small>
            <pre>{said}</pre>
          </div>
        ))}
      </div>
    </section>
  );
}
