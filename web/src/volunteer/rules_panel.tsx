import { inBytes, volunteer } from "../strings.ts";
import { type Choices, choices, choose, OFFERED } from "./choices.ts";
import { device } from "./device.ts";
import { usualBudget } from "./memory_budget.ts";
import { canKeepAwake } from "./wake_lock.ts";

const text = volunteer.rules;

/** The rules by which the tab holds itself back. One that this browser cannot keep is not offered. */
export function Rules() {
  const { battery, metered } = device.value;
  return (
    <details class="rules" id="rules">
      <summary>{text.heading}</summary>
      {battery && (
        <Pick
          name="battery"
          label={text.battery}
          more={text.batteryNow(battery)}
          say={(percent) =>
            percent === 0 ? text.batteryNever : percent > 100 ? text.batteryAlways : text.batteryBelow(percent)
          }
        />
      )}
      <Tick name="hidden" label={text.hidden} more={text.hiddenMore} />
      {metered !== null && (
        <Tick name="metered" label={text.metered} more={metered ? text.meteredNow : text.meteredMore} />
      )}
      <Pick
        name="dataCap"
        label={text.dataCap}
        say={(megabytes) => (megabytes === 0 ? text.dataCapNone : text.megabytes(megabytes))}
      />
      <Pick
        name="memory"
        label={text.memory}
        say={(mebibytes) => (mebibytes === 0 ? text.memoryAuto(inBytes(usualBudget())) : `${mebibytes} MiB`)}
      />
      {canKeepAwake(navigator) && <Tick name="awake" label={text.awake} />}
      <p class="soft">{text.kept}</p>
    </details>
  );
}

interface PickProps {
  name: "battery" | "dataCap" | "memory";
  label: string;
  more?: string;
  say(value: number): string;
}

function Pick({ name, label, more, say }: PickProps) {
  const options: readonly number[] = OFFERED[name];
  return (
    <p class="setting">
      <label for={`choose-${name}`}>
        {label}
        {more && <small>{more}</small>}
      </label>
      <select
        id={`choose-${name}`}
        value={choices.value[name]}
        onChange={(event) => choose({ [name]: Number(event.currentTarget.value) } as Partial<Choices>)}
      >
        {options.map((value) => (
          <option key={value} value={value}>
            {say(value)}
          </option>
        ))}
      </select>
    </p>
  );
}

function Tick({ name, label, more }: { name: "hidden" | "metered" | "awake"; label: string; more?: string }) {
  return (
    <p class="setting">
      <label for={`choose-${name}`}>
        {label}
        {more && <small>{more}</small>}
      </label>
      <input
        type="checkbox"
        id={`choose-${name}`}
        checked={choices.value[name]}
        onChange={(event) => choose({ [name]: event.currentTarget.checked } as Partial<Choices>)}
      />
    </p>
  );
}
