import { shell as text } from "../../strings/console.ts";

/** The cells. */
export function NotebookView() {
  return <h1 class="unseen">{text.views.notebook}</h1>;
}
