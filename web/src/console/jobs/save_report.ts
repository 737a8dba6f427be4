import { jobs as text } from "../../strings/jobs.ts";
import type { ObservationStore } from "../observation/store.ts";
import { swarmTitle } from "../state.ts";

/** Hands the job's report to the browser as a download. */
export async function saveReport(store: ObservationStore, id: string): Promise<void> {
  const { report } = await import("./report.tsx");
  const job = store.jobs.now(id);
  if (!job) return;
  const file = new Blob([report(store, job, swarmTitle.value, new Date())], { type: "text/html" });
  const url = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = url;
  link.download = text.reportName(id);
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
