interface Props {
  done: number;
  running: number;
  total: number;
  label: string;
}

/** How far something is: done in full, running in stripes, the rest empty. */
export function Bar({ done, running, total, label }: Props) {
  const all = Math.max(1, total);
  const share = Math.min(1, done / all);
  return (
    <svg
      class="bar"
      viewBox="0 0 100 8"
      preserveAspectRatio="none"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={total}
      aria-valuenow={Math.min(done, total)}
    >
      <rect class="bar-all" width="100" height="8" />
      <rect class="bar-running" y="2" width={round(100 * Math.min(1, (done + running) / all))} height="4" />
      <rect class="bar-done" width={round(100 * share)} height="8" />
    </svg>
  );
}

function round(share: number): number {
  return Math.round(share * 10) / 10;
}
