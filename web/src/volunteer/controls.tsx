import { volunteer } from "../strings.ts";
import { choices, choose, OFFERED } from "./choices.ts";
import { allowedCores, mostCores } from "./governor.ts";

const text = volunteer.controls;

/** How many cores this tab may use, and how much of their time; from the next task on. */
export function Controls() {
  const { load } = choices.value;
  const most = mostCores();
  const [least, ...others] = OFFERED.load;
  return (
    <section class="controls" aria-labelledby="controls">
      <h2 id="controls">{text.heading}</h2>
      {most > 1 && (
        <p class="setting">
          <label for="cores">{text.cores}</label>
          <span>
            <select
              id="cores"
              value={allowedCores(choices.value)}
              onChange={(event) => choose({ cores: Number(event.currentTarget.value) })}
            >
              {Array.from({ length: most }, (_, index) => index + 1).map((count) => (
                <option key={count} value={count}>
                  {count}
                </option>
              ))}
            </select>{" "}
            {text.coresOf(most)}
          </span>
        </p>
      )}
      <p class="setting">
        <label for="load">{text.load}</label>
        <span class="slide">
          <input
            type="range"
            id="load"
            min={least}
            max={others.at(-1)}
            step={10}
            value={load}
            aria-valuetext={text.loadIs(load)}
            aria-describedby="load-means"
            onInput={(event) => choose({ load: Number(event.currentTarget.value) })}
          />
          <output for="load">{text.loadIs(load)}</output>
        </span>
      </p>
      <p class="soft" id="load-means">
        {text.loadMeans(load)}
      </p>
    </section>
  );
}
