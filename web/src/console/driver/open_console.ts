import type { Runtime } from "../../frame/protocol.ts";
import { BlockStore } from "../../peer/block_store.ts";
import { forgetToken } from "../../peer/link_token.ts";
import { openSpill, sweepSpills } from "../../peer/spill.ts";
import { probeTargets } from "../../sandbox/runtime.ts";
import { CannotSandbox, Sandbox } from "../../sandbox/sandbox.ts";
import { kernelText as text } from "../../strings/kernel.ts";
import * as shared from "../state.ts";
import { ConsoleKernel } from "./console_kernel.ts";
import { ControlLine } from "./control_line.ts";
import { DriverBlocks } from "./driver_blocks.ts";
import { type OpenFrame, Pythons } from "./pythons.ts";

/** Under what a tab keeps its driver link's token. */
export const TOKEN_KEY = "tabswarm-driver";
/** Bytes of the driver's own data that stay in memory; the rest goes to disk. */
const MEMORY = 256 * 2 ** 20;
/** How long after the page has opened Python is started, in ms: the first run, and completion, find it there. */
const WARM_AFTER = 1_500;

/** The driver's part of this page: it connects at once, and tells the views through `state.ts`. */
export function openConsole(token: string, runtime: Runtime): void {
  const store = new BlockStore(MEMORY, { openSpill });
  const line = new ControlLine(token, runtime, store, {
    opened: () => {
      // Python begins with a session. One that was there has another one's application, or numbers.
      pythons.end();
      setTimeout(() => pythons.warm(), WARM_AFTER);
    },
    again: () => pythons.again(),
    message: (bytes) => pythons.hear(bytes),
    over: () => kernel.halt(),
  });
  const blocks = new DriverBlocks(store, (holder, orders) => line.fetch(holder, orders));
  const pythons = new Pythons(line, blocks, frameOpener());
  const kernel = new ConsoleKernel(line.state, pythons);

  line.state.subscribe((state) => {
    if (state.is === "refused" && (state.code === "unauthenticated" || state.code === "wrong_role"))
      forgetToken(window, TOKEN_KEY);
    shared.connection.value = state;
  });
  line.hear((message) => {
    if (message.type === "Welcome") shared.swarmTitle.value = message.title ?? "";
    if (message.type === "Invitation") {
      shared.swarmTitle.value = message.title;
      shared.inviteLink.value = message.link;
    }
  });
  shared.kernel.value = kernel;
  shared.line.value = line;

  addEventListener("online", () => line.online());
  // What runs on the swarm goes on; what runs here ends.
  addEventListener("pagehide", () => {
    kernel.halt();
    line.end();
    store.end();
  });
  line.connect();
  void sweepSpills();
}

/** Opens the sealed frame when it is first wanted, and another one where that has ended. */
function frameOpener(): OpenFrame {
  let sandbox: Sandbox | null = null;
  return async () => {
    try {
      sandbox ??= await Sandbox.open(document.body, await probeTargets(), () => {
        sandbox = null;
      });
    } catch (error) {
      if (error instanceof CannotSandbox) throw new Error(text.cannotSandbox(error.escaped));
      throw error;
    }
    const open = sandbox;
    return (died) => open.startWorker("console", died);
  };
}
