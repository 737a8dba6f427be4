import { shell as text } from "../../strings/console.ts";

/** All jobs, or the one that `job` names. */
export function JobsView(_: { job: string }) {
  return <h1>{text.views.jobs}</h1>;
}

/** The jobs at a glance, beside the notebook. */
export function JobsStrip() {
  return null;
}
