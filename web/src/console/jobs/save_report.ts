import { jobs as text } from "../../strings/jobs.ts";
import { download } from "../download.ts";
import type { ObservationStore } from "../observation/store.ts";
import { swarmTitle } from "../state.ts";

/** Hands the job's report to the browser as a download. */
export async function saveReport(store: ObservationStore, id: string): Promise<void> {
  const { report } = await import("./report.tsx");
  const job = store.jobs.now(id);
  if (job) download(text.reportName(id), "text/html", report(store, job, swarmTitle.value, new Date()));
}
