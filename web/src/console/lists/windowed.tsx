// biome-ignore-all lint/a11y/useFocusableInteractive: rows and headings of a table that is only read
// biome-ignore-all lint/a11y/useSemanticElements: a real table can be neither windowed nor laid out for a phone
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** A list of at most so many rows is drawn whole. */
const WHOLE = 60;
/** Rows that are drawn beyond the edges of what is seen. */
const BEYOND = 8;

interface Props<Id> {
  ids: readonly Id[];
  /** What a row is; it gets the key, and its place from 0. All rows are equally high. */
  row: (id: Id, index: number) => ComponentChildren;
  /** Of rows, in CSS pixels, until the first is there to be measured. */
  height: number;
  label: string;
}

/**
 * A long list of which only what is in sight is drawn: 200 volunteers or 2,000 tasks cost what thirty do.
 *
 * A short one is drawn whole, without a scroller of its own.
 */
export function Windowed<Id extends string | number>({ ids, row, height, label }: Props<Id>) {
  const scroller = useRef<HTMLDivElement>(null);
  const measured = useSignal(height);
  const range = useSignal<readonly [from: number, to: number]>([0, WHOLE]);
  const whole = ids.length <= WHOLE;
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const look = () => {
      const first = element.querySelector<HTMLElement>("[data-row]");
      if (first && first.offsetHeight > 0) measured.value = first.offsetHeight;
      const from = Math.max(0, Math.floor(element.scrollTop / measured.value) - BEYOND);
      const to = from + Math.ceil((element.clientHeight || 600) / measured.value) + 2 * BEYOND;
      if (range.value[0] !== from || range.value[1] !== to) range.value = [from, to];
    };
    look();
    element.addEventListener("scroll", look, { passive: true });
    const resized = new ResizeObserver(look);
    resized.observe(element);
    return () => {
      element.removeEventListener("scroll", look);
      resized.disconnect();
    };
  }, [whole]);
  if (whole) return <div role="rowgroup">{ids.map((id, index) => row(id, index))}</div>;
  const [from, to] = range.value;
  const last = Math.min(to, ids.length);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be within reach of the keyboard
    <div class="windowed" ref={scroller} tabIndex={0} role="rowgroup" aria-label={label}>
      <div role="presentation" style={{ height: `${Math.min(from, ids.length) * measured.value}px` }} />
      {ids.slice(from, last).map((id, index) => row(id, from + index))}
      <div role="presentation" style={{ height: `${Math.max(0, ids.length - last) * measured.value}px` }} />
    </div>
  );
}
