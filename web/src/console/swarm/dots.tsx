import { swarm as text } from "../../strings/swarm.ts";
import type { VolunteerState } from "../../wire/messages.ts";
import type { ObservationStore } from "../observation/store.ts";

const ACROSS = 20;
const PITCH = 12;
const MOST = 200;

type Look = "working" | "waiting" | "away";
const LOOKS: Record<VolunteerState, Look> = {
  working: "working",
  fetching: "waiting",
  idle: "waiting",
  paused: "away",
  finishing: "away",
  resting: "away",
};

/** Every volunteer as a dot: full while it works, a ring while it waits, a small one while it is away. */
export function Dots({ store }: { store: ObservationStore }) {
  store.version.value;
  const paths: Record<Look, string> = { working: "", waiting: "", away: "" };
  const counts: Record<Look, number> = { working: 0, waiting: 0, away: 0 };
  let index = 0;
  for (const { state } of store.volunteers.all()) {
    const look = LOOKS[state];
    counts[look] += 1;
    if (index < MOST) paths[look] += dot(index, look);
    index += 1;
  }
  const lines = Math.ceil(Math.min(index, MOST) / ACROSS);
  const words = (Object.keys(paths) as Look[]).filter((look) => counts[look] > 0);
  return (
    <svg
      class="dots"
      viewBox={`0 0 ${ACROSS * PITCH} ${lines * PITCH}`}
      role="img"
      aria-label={words.map((look) => `${counts[look]} ${text.oneOf[look]}`).join(", ")}
    >
      {words.map((look) => (
        <path key={look} class={look} d={paths[look]} />
      ))}
    </svg>
  );
}

function dot(index: number, look: Look): string {
  const x = (index % ACROSS) * PITCH + PITCH / 2;
  const y = Math.floor(index / ACROSS) * PITCH + PITCH / 2;
  const radius = look === "away" ? 1.5 : 4;
  return `M${x} ${y - radius}a${radius} ${radius} 0 1 0 .01 0z`;
}
