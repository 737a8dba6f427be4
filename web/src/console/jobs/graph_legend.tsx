import { jobs as text } from "../../strings/jobs.ts";

/** Small pictures of what the graph's boxes mean, 26 by 14. */
const PICTURES: Record<string, { path: string; look: string; inner?: string; innerLook?: string }> = {
  source: { path: "M7 1h12a6 6 0 0 1 0 12h-12a6 6 0 0 1 0 -12z", look: "outline" },
  narrow: { path: "M1 1h24v12h-24z", look: "outline" },
  shuffle: { path: "M6 1h14l5 6l-5 6h-14l-5 -6z", look: "outline" },
  sink: { path: "M1 1h24v12h-24z", look: "outline", inner: "M4 11h18", innerLook: "sink" },
  cached: { path: "M1 1h24v12h-24z", look: "outline", inner: "M3.5 3.5h19v7h-19z", innerLook: "cached" },
  stored: { path: "M1 1h24v12h-24z", look: "outline stored" },
  skipped: { path: "M1 1h24v12h-24z", look: "outline skipped" },
};

export function GraphLegend() {
  return (
    <ul class="legend">
      {text.graphLegend.map(([what, words]) => {
        const picture = PICTURES[what];
        return (
          <li key={what}>
            <svg viewBox="0 0 26 14" width="26" height="14" aria-hidden="true">
              <path class={picture?.look} d={picture?.path} />
              {picture?.inner && <path class={picture.innerLook} d={picture.inner} />}
            </svg>
            {words}
          </li>
        );
      })}
    </ul>
  );
}
