import { shell as text } from "../../strings/console.ts";

/** Who is in the swarm, the whole view. */
export function SwarmView() {
  return <h1>{text.views.swarm}</h1>;
}

/** The same at a glance, beside the notebook. */
export function SwarmStrip() {
  return null;
}
