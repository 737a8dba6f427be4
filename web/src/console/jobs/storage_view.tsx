import { shell as text } from "../../strings/console.ts";

/** What is kept of persisted RDDs, and where. */
export function StorageView() {
  return <h1>{text.views.storage}</h1>;
}
