import type { Runtime } from "./protocol.ts";
import type { Pyodide } from "./start_python.ts";

/**
 * The Python packages behind completion. They are fetched beside the first cells (later the Worker has no `fetch` any
 * more), and unpacked when somebody first asks for completion, which takes a moment.
 */
export class CompletionLibrary {
  private readonly wheels: Promise<ArrayBuffer[]>;
  private loading: Promise<void> | null = null;

  constructor(
    private readonly pyodide: Pyodide,
    runtime: Runtime,
  ) {
    this.wheels = Promise.all(
      runtime.completion.map(async (name) => {
        const answer = await fetch(runtime.base + name);
        if (!answer.ok) throw new Error(`${name} could not be fetched: ${answer.status}`);
        return answer.arrayBuffer();
      }),
    );
    this.wheels.catch(() => {}); // told to whoever asks for completion
  }

  load(): Promise<void> {
    this.loading ??= this.wheels.then((wheels) => {
      for (const wheel of wheels) this.pyodide.unpackArchive(wheel, "wheel");
    });
    return this.loading;
  }
}
