// The sealed frame's own script. It waits for one message from its parent, which carries the broker's port.
import { Broker } from "./broker.ts";
import cells from "./console_worker.ts?bundle";
import { readRuntime } from "./from_page.ts";
import probe from "./probe_worker.ts?bundle";
import tasks from "./python_worker.ts?bundle";

const runtime = readRuntime(document.getElementById("runtime")?.textContent ?? "", location.href);
const asUrl = (source: string) => `data:text/javascript;charset=utf-8,${encodeURIComponent(source)}`;
let connected = false;

window.addEventListener("message", (event) => {
  const port = event.ports[0];
  if (connected || event.source !== window.parent || !port) return;
  connected = true;
  new Broker(port, runtime, { tasks: asUrl(tasks), console: asUrl(cells), probe: asUrl(probe) });
});
