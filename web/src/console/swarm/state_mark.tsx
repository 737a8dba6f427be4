import type { VolunteerState } from "../../wire/messages.ts";

/** What a volunteer is about, as a shape: full, half, empty, barred, an arrow. The word stands beside it. */
const SHAPES: Record<VolunteerState, string> = {
  working: "M8 2a6 6 0 1 0 .01 0z",
  fetching: "M8 2a6 6 0 1 0 .01 0zM8 3.5a4.5 4.5 0 0 1 0 9z",
  idle: "M8 2a6 6 0 1 0 .01 0zM8 4a4 4 0 1 1-.01 0z",
  paused: "M4 3h3v10h-3zM9 3h3v10h-3z",
  finishing: "M8 2l6 6h-3.5v5h-5v-5h-3.5z",
  resting: "M2 7h12v2h-12z",
};

export function StateMark({ state }: { state: VolunteerState }) {
  return (
    <svg class={`mark ${state}`} viewBox="0 0 16 16" width="12" height="12" aria-hidden="true">
      <path d={SHAPES[state]} fill-rule="evenodd" />
    </svg>
  );
}
