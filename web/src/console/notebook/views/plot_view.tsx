import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { notebook as text } from "../../../strings/notebook.ts";
import type { PlotData } from "../../kernel.ts";
import { seriesOf } from "../plot/series.ts";

/** A plot, drawn by a script that comes with the first one, and drawn anew as it grows or the page changes its width. */
export function PlotView({ plot, words }: { plot: PlotData; words: string }) {
  const place = useRef<HTMLDivElement>(null);
  const width = useSignal(0);
  const problem = useSignal(false);
  const series = plot.kind === "image" ? [] : seriesOf(plot);

  useEffect(() => {
    const element = place.current;
    if (!element) return undefined;
    width.value = element.clientWidth || 640;
    if (!("ResizeObserver" in globalThis)) return undefined;
    const observer = new ResizeObserver(() => {
      if (element.clientWidth > 0) width.value = element.clientWidth;
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    if (width.value === 0) return;
    let stale = false;
    void import("../plot/draw.ts")
      .then(({ draw }) => {
        if (!stale) place.current?.replaceChildren(draw(plot, width.value));
      })
      .catch(() => {
        problem.value = true;
      });
    return () => {
      stale = true;
    };
  }, [plot, width.value]);

  return (
    <figure class={`plot ${plot.kind}`} aria-busy={plot.growing}>
      {plot.title && <figcaption>{plot.title}</figcaption>}
      {series.length > 1 && <Legend series={series} />}
      {problem.value && <p class="soft">{text.text.cannotDraw}</p>}
      <div
        ref={place}
        class="drawing"
        role="img"
        aria-label={`${plot.title || text.plot.untitled}. ${words.slice(0, 400)}`}
      />
      {plot.growing && <p class="soft growing">{text.plot.growing}</p>}
    </figure>
  );
}

function Legend({ series }: { series: readonly string[] }) {
  return (
    <ul class="legend" aria-label={text.plot.legend}>
      {series.map((name, index) => (
        <li key={name}>
          <svg class={`swatch series-${(index % 8) + 1}`} viewBox="0 0 10 10" aria-hidden="true">
            <circle cx="5" cy="5" r="5" />
          </svg>
          {name}
        </li>
      ))}
    </ul>
  );
}
