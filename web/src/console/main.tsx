// The console: what a driver link opens.
import { render } from "preact";
import { takeToken } from "../peer/link_token.ts";
import { shell as text } from "../strings/console.ts";
import { follow } from "./route.ts";
import { Shell } from "./shell/shell.tsx";
import { connection, swarmTitle } from "./state.ts";

follow();
const token = takeToken(window, "tabswarm-driver");
connection.value = token === null ? { is: "no-link" } : { is: "connecting" };
swarmTitle.subscribe((title) => {
  document.title = text.pageTitle(title || text.untitled);
});

render(<Shell />, document.getElementById("page") as HTMLElement);

// A second link opened in the same tab changes the fragment only: take it, and start from its beginning.
addEventListener("hashchange", () => {
  if (location.hash) location.reload();
});

// Out of the browser's back/forward cache the page would come back without its session and not know it.
addEventListener("pageshow", ({ persisted }) => {
  if (persisted) location.reload();
});
