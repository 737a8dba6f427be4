// node in_pyodide.mjs PYODIDE_FOLDER SETUP ARGUMENT...
// Starts Pyodide as a tab's Worker does, runs a Python script in it, and prints what its `run(arguments)` returns: one
// line of JSON. SETUP is JSON: `mounts` and `wheels` for Pyodide, and `script`, the script's path.
import { readFileSync, statSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [, , pyodideFolder, setup, ...given] = process.argv;
const { mounts, wheels, script } = JSON.parse(setup);

async function main() {
  const { loadPyodide } = await import(pathToFileURL(`${pyodideFolder}/pyodide.mjs`).href);
  const python = await loadPyodide({
    packages: wheels.map((path) => pathToFileURL(path).href),
    jsglobals: Object.freeze(Object.create(null)),
    env: { HOME: "/home/volunteer", PYTHONHASHSEED: "0", PYTHONDONTWRITEBYTECODE: "1" },
    stdout: (line) => console.error(line),
    stderr: (line) => console.error(line),
  });
  for (const [at, path] of Object.entries(mounts)) {
    if (statSync(path).isFile()) {
      python.FS.writeFile(at, readFileSync(path));
    } else {
      python.FS.mkdirTree(at);
      python.FS.mount(python.FS.filesystems.NODEFS, { root: path }, at);
    }
  }
  python.globals.set("__name__", "in_pyodide");
  python.runPython(readFileSync(script, "utf8"));
  console.log(python.globals.get("run")(given));
}

// Node would print the one line of 1.2 MB that Pyodide's script is.
main().catch((error) => {
  console.error(String(error.message ?? error).slice(0, 10_000));
  process.exit(1);
});
