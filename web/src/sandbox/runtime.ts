import type { ProbeTargets, Runtime } from "../frame/protocol.ts";
import { socketAddress } from "../peer/addresses.ts";

/** "3.14" of Pyodide "314.0.7", which carries Python's version in its own. */
export function pythonOf({ pyodide }: Runtime): string {
  const [, major, minor] = /^(\d)(\d+)\./.exec(pyodide) ?? [];
  return `${major}.${minor}`;
}

/** The version of tabswarm's own wheel for tabs: `tabswarm-0.1.0-py3-none-any.whl`. */
export function versionOf({ wheels }: Runtime): string {
  return wheels.find((name) => name.startsWith("tabswarm-"))?.split("-")[1] ?? "";
}

/**
 * What the frame's self-test tries from inside. The control comes first: the address that it fetches must be one that
 * any origin could reach, for else a refusal says nothing of the frame.
 */
export async function probeTargets(): Promise<ProbeTargets> {
  const address = new URL("/healthz", location.href).href;
  const answer = await fetch(address, { cache: "no-store" });
  if (!answer.ok || answer.headers.get("Cross-Origin-Resource-Policy") !== "cross-origin")
    throw new Error("the self-test has no control here, for the coordinator's /healthz is not open to other origins");
  return { fetch: address, socket: socketAddress("/socket"), script: import.meta.url };
}
