import { jobs as text } from "../../strings/jobs.ts";
import { attemptShapes, ENDS, PARTS, REASONS } from "./timeline_layout.ts";

/** What the bars of the timeline mean, each drawn as it is there. */
export function Legend() {
  return (
    <ul class="legend">
      {PARTS.map((part) => (
        <li key={part}>
          <Swatch path={attemptShapes.part(part)} name={`part ${part}`} />
          {text.parts[part]}
        </li>
      ))}
      {REASONS.map((reason) => (
        <li key={reason}>
          <Swatch path={attemptShapes.frame} name={`mark ${reason}`} />
          {text.marks[reason]}
        </li>
      ))}
      {ENDS.map((end) => (
        <li key={end}>
          <Swatch path={attemptShapes.tick} name={`mark ${end}`} />
          {text.marks[end]}
        </li>
      ))}
    </ul>
  );
}

function Swatch({ path, name }: { path: string; name: string }) {
  return (
    <svg viewBox="-2 0 28 1" width="28" height="11" preserveAspectRatio="none" aria-hidden="true">
      <path class={name} d={path} />
    </svg>
  );
}
