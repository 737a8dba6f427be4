// How each Worker of the sealed frame starts Python, whatever it runs then.
import type { Runtime } from "./protocol.ts";
import { noGlobals } from "./scope.ts";

export interface Pyodide {
  version: string;
  pyimport(name: string): unknown;
  unpackArchive(buffer: ArrayBuffer, format: "wheel"): void;
  FS: FileSystem;
}

/** What is used of Emscripten's file system. */
export interface FileSystem {
  mkdirTree(path: string): void;
  mount(type: unknown, options: object, at: string): void;
  unmount(at: string): void;
  filesystems: { WORKERFS: unknown };
}

interface LoadOptions {
  indexURL: string;
  packages: string[];
  jsglobals: object;
  env: Record<string, string>;
  stdout(line: string): void;
  stderr(line: string): void;
}

/** Python with the packages that every tab has. `home` is where its programs run. */
export async function startPython(runtime: Runtime, home: string): Promise<Pyodide> {
  const { loadPyodide } = (await import(/* @vite-ignore */ `${runtime.base}pyodide.mjs`)) as {
    loadPyodide(options: LoadOptions): Promise<Pyodide>;
  };
  const pyodide = await loadPyodide({
    indexURL: runtime.base,
    packages: runtime.wheels.map((name) => runtime.base + name),
    jsglobals: noGlobals,
    env: { HOME: home, PYTHONHASHSEED: "0" },
    // What is printed outside a task or cell (by Pyodide, while it loads) concerns nobody.
    stdout: () => {},
    stderr: () => {},
  });
  if (pyodide.version !== runtime.pyodide)
    throw new Error(`Pyodide ${pyodide.version} came where ${runtime.pyodide} was expected`);
  return pyodide;
}
