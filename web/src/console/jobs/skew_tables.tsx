// biome-ignore-all lint/a11y/useSemanticElements: a fieldset is for the fields of a form
import { useComputed } from "@preact/signals";
import { inDigits, inTime } from "../../strings/amounts.ts";
import { jobs as text } from "../../strings/jobs.ts";
import { inBytes } from "../../strings.ts";
import type { ObservationStore } from "../observation/store.ts";
import { nodeNames } from "./node_names.ts";
import { type Five, MEASURES, type Measure, type Skew, skewOf } from "./skew.ts";
import { useSlowly } from "./slowly.ts";

/** How evenly the work of each node is spread, in words and in five numbers. */
export function SkewTables({ store }: { store: ObservationStore }) {
  useSlowly(store.detail.attemptsChanged, 1000);
  const skews = skewOf(store.detail.attempts());
  const nodes = useComputed(() => nodeNames(store.detail.nodes.value));
  if (skews.length === 0) return <p class="soft">{text.skewNone}</p>;
  return (
    <>
      {skews.map((skew) => (
        <Spread key={skew.node} skew={skew} name={nodes.value(skew.node)} nameOf={(id) => store.comings.nameOf(id)} />
      ))}
    </>
  );
}

function Spread({ skew, name, nameOf }: { skew: Skew; name: string; nameOf: (volunteer: string) => string }) {
  const { finding, measures } = skew;
  const ratio = (measures.seconds?.max ?? 0) / Math.max(measures.seconds?.median ?? 0, 1e-3);
  const shown = MEASURES.filter((measure) => (measures[measure]?.max ?? 0) > 0);
  return (
    <div class="spread" data-node={skew.node}>
      <h3>
        <bdi>{text.skewOf(name, skew.tasks)}</bdi>
      </h3>
      <p class={finding ? "hint" : "soft"}>
        <bdi>{finding ? text.finding(finding, nameOf(finding.volunteer)) : text.even(ratio)}</bdi>
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be within reach of the keyboard */}
      <div class="scrolls" tabIndex={0} role="group" aria-label={text.skewOf(name, skew.tasks)}>
        <table>
          <thead>
            <tr>
              <td />
              {text.five.map((word) => (
                <th key={word} scope="col">
                  {word}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((measure) => (
              <tr key={measure}>
                <th scope="row">{text.measures[measure]}</th>
                {inOrder(measures[measure]).map((value, index) => (
                  <td key={text.five[index]}>{inWords(measure, value)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function inOrder(five: Five | null): number[] {
  return five ? [five.min, five.lower, five.median, five.upper, five.max] : [];
}

function inWords(measure: Measure, value: number): string {
  if (measure === "seconds") return inTime(value * 1000);
  return measure === "rows" ? inDigits(value) : inBytes(value);
}
