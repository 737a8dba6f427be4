import type { ProbeTargets, Program, Runtime, ToBroker } from "./protocol.ts";

/**
 * Reads what the page says to the broker. Anything else than the three orders is null and nothing happens.
 */
export function readOrder(data: unknown): ToBroker | null {
  if (!isRecord(data)) return null;
  if (data.do === "probe" && isTargets(data.targets)) return { do: "probe", targets: data.targets };
  if (data.do === "start" && isWorkerNumber(data.worker) && isProgram(data.program))
    return { do: "start", worker: data.worker, program: data.program };
  if (data.do === "end" && isWorkerNumber(data.worker)) return { do: "end", worker: data.worker };
  return null;
}

/** Reads the runtime's place from the frame's own page; `base` must lie on the frame's own server. */
export function readRuntime(text: string, page: string): Runtime {
  const data: unknown = JSON.parse(text);
  if (
    !isRecord(data) ||
    typeof data.base !== "string" ||
    typeof data.pyodide !== "string" ||
    !isNames(data.wheels) ||
    !isNames(data.console) ||
    !isNames(data.completion)
  )
    throw new Error("the page does not say where Python's files are");
  const base = new URL(data.base, page);
  if (base.host !== new URL(page).host) throw new Error(`Python's files lie elsewhere, on ${base.host}`);
  const { pyodide, wheels, console, completion } = data;
  return { base: base.href, pyodide, wheels, console, completion };
}

function isNames(data: unknown): data is string[] {
  return Array.isArray(data) && data.every((name) => typeof name === "string");
}

function isRecord(data: unknown): data is Record<string, unknown> {
  return typeof data === "object" && data !== null;
}

function isTargets(data: unknown): data is ProbeTargets {
  return isRecord(data) && [data.fetch, data.socket, data.script].every((url) => typeof url === "string");
}

function isProgram(data: unknown): data is Program {
  return data === "tasks" || data === "console";
}

function isWorkerNumber(data: unknown): data is number {
  return typeof data === "number" && Number.isSafeInteger(data) && data >= 0;
}
