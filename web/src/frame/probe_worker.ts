// The self-test's half inside a Worker, where job code runs: `probes.ts` says what it tries.
import { probeWorker } from "./probes.ts";
import type { ProbeTargets } from "./protocol.ts";

self.onmessage = async (event: MessageEvent<ProbeTargets>) => {
  self.postMessage(await probeWorker(event.data));
};
