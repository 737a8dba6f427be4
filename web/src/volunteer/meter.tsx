import { inBytes, volunteer as text } from "../strings.ts";
import { SPANS } from "./activity.ts";
import { choices } from "./choices.ts";
import { allowedCores } from "./governor.ts";
import * as state from "./state.ts";

const { meter } = text;

/** What runs, for whom and how much. */
export function Meter() {
  const [task, ...others] = state.tasks.value.filter((shown) => shown.state === "running");
  const held = state.held.value;
  const links = state.links.value;
  const rows: [id: string, label: string, value: string][] = [
    ["job", meter.job, state.job.value || meter.nothing],
    ["task", meter.task, task ? meter.partition(task.name, task.partition) : meter.nothing],
    ["tasks", meter.tasks, String(state.tasksDone.value)],
    ["time", meter.time, meter.seconds(state.secondsComputed.value)],
    ["received", meter.received, moved(state.received.value)],
    ["sent", meter.sent, moved(state.served.value)],
    ["links", meter.links, meter.linksAre(links.direct, links.relayed)],
    ["held", meter.held, meter.blocks(held.count, inBytes(held.bytes)) + where(held)],
  ];
  return (
    <section class="meter" aria-label={meter.heading}>
      <Load />
      <dl>
        {rows.map(([id, label, value]) => (
          <div key={id}>
            <dt>{label}</dt>
            <dd id={`meter-${id}`}>
              {value}
              {id === "task" && others.length > 0 && ` ${meter.more(others.length)}`}
              {id === "task" && task && <Line name={task.name} />}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** The user's own line of the step that runs, where the coordinator told the code. */
function Line({ name }: { name: string }) {
  const step = state.about.value?.code.find(({ callSite }) => callSite && name.endsWith(` at ${callSite}`));
  if (!step?.source) return null;
  return (
    <code class="line" id="meter-line" title={meter.line}>
      {step.source}
    </code>
  );
}

/** A bar for each of the last spans, newest at the right: how many Workers computed, out of those it may use. */
function Load() {
  const spans = state.activity.value;
  const most = Math.max(allowedCores(choices.value), ...spans);
  const now = state.tasks.value.filter((shown) => shown.state === "running").length;
  return (
    <figure class="load">
      <figcaption>
        <span>{meter.load}</span>
        <span id="meter-load">{meter.loadIs(now, Math.round(most))}</span>
      </figcaption>
      <svg viewBox={`0 0 ${SPANS} 20`} preserveAspectRatio="none" aria-hidden="true">
        {spans.map((value, index) => {
          const height = Math.min(1, value / most) * 20;
          const at = SPANS - spans.length + index;
          return <rect key={index} x={at + 0.1} width={0.8} y={20 - height} height={height} />;
        })}
      </svg>
    </figure>
  );
}

/** Where the held blocks lie, if not in memory alone as they should. */
function where({ bytesOnDisk, isFull }: { bytesOnDisk: number; isFull: boolean }): string {
  return (bytesOnDisk > 0 ? meter.onDisk(inBytes(bytesOnDisk)) : "") + (isFull ? meter.full : "");
}

/** "5.2 MB direct", "5.2 MB relayed", or both. */
function moved({ direct, relayed }: { direct: number; relayed: number }): string {
  const parts = [direct > 0 && meter.direct(inBytes(direct)), relayed > 0 && meter.relayed(inBytes(relayed))];
  return parts.filter((part) => part !== false).join(", ") || inBytes(0);
}
