// The console: what a driver link opens.
import { render } from "preact";
import type { Runtime } from "../frame/protocol.ts";
import { takeToken } from "../peer/link_token.ts";
import { shell as text } from "../strings/console.ts";
import { openConsole, TOKEN_KEY } from "./driver/open_console.ts";
import { cellOpener } from "./jobs/cell_lines.ts";
import { lineOpener } from "./jobs/code_line.tsx";
import { Desk } from "./notebook/desk.ts";
import { observe } from "./observation/live.ts";
import { follow } from "./route.ts";
import { Shell } from "./shell/shell.tsx";
import { connection, swarmTitle } from "./state.ts";

follow();
observe();
const token = takeToken(window, TOKEN_KEY);
connection.value = token === null ? { is: "no-link" } : { is: "connecting" };
swarmTitle.subscribe((title) => {
  document.title = text.pageTitle(title || text.untitled);
});

// No selector and no markup can read a nonce; the page's own script can, and lets the editor's styles through by it.
const runtime = document.getElementById("runtime");
const nonce = runtime?.nonce ?? "";
const desk = new Desk(nonce);
lineOpener.value = cellOpener(desk);

render(<Shell desk={desk} />, document.getElementById("page") as HTMLElement);

// The last moment to save; a phone may end the page any time after it was hidden.
addEventListener("pagehide", () => desk.saving.flush());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") desk.saving.flush();
});

// After the listeners above: what they say as the page goes has to be said before its session ends.
if (token !== null) openConsole(token, JSON.parse(runtime?.textContent ?? "") as Runtime);

// A second link opened in the same tab changes the fragment only: take it, and start from its beginning.
addEventListener("hashchange", () => {
  if (location.hash) location.reload();
});

// Out of the browser's back/forward cache the page would come back without its session and not know it.
addEventListener("pageshow", ({ persisted }) => {
  if (persisted) location.reload();
});
