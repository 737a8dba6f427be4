import { jobs as text } from "../../strings/jobs.ts";
import type { Stage } from "../observation/shapes.ts";
import type { ObservationStore } from "../observation/store.ts";
import { Bar } from "./bar.tsx";
import { nodeNames } from "./node_names.ts";

/** How far each stage is, parents first. */
export function Stages({ store, id }: { store: ObservationStore; id: string }) {
  const job = store.job(id);
  const nameOf = nodeNames(store.detail.nodes.value);
  if (!job || job.stages.length === 0) return null;
  return (
    <section aria-labelledby="stages-heading">
      <h2 id="stages-heading">{text.stages}</h2>
      <ul class="stages">
        {job.stages.map((stage) => (
          <li key={stage.stage} data-stage={stage.stage}>
            <p>
              <span class="stage-number">{text.stage(stage.stage)}</span> <bdi>{nameOf(stage.node)}</bdi>
            </p>
            {stage.tasks > 0 && <Bar {...stage} total={stage.tasks} label={text.stage(stage.stage)} />}
            <p class="soft">{how(stage, job.state === "running")}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}

function how({ tasks, done, running, left }: Stage, jobRuns: boolean): string {
  if (tasks === 0) return text.stageSkipped;
  const words = [text.tasks(done, tasks)];
  if (running > 0) words.push(text.runningTasks(running));
  if (left >= 0 && done < tasks && jobRuns) words.push(text.left(left));
  if (jobRuns && done === 0 && running === 0) words.push(text.stageWaits);
  return words.join(" · ");
}
