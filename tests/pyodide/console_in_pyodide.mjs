// node console_in_pyodide.mjs PYODIDE_FOLDER SETUP
// Starts a console's Python in Pyodide as its Worker does, says to it what SETUP's `orders` say, one after the other,
// and prints what it said, as one line of JSON; bytes are in base64 both ways.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [, , pyodideFolder, setup] = process.argv;
const { wheels, completion, orders } = JSON.parse(setup);
const said = [];
let heard = () => {};

function say(what, ...given) {
  said.push([what, ...given.map((each) => (each instanceof Uint8Array ? Buffer.from(each).toString("base64") : each))]);
  heard();
}

/** Waits until a message of a kind was said, of that cell where one is named. */
async function until(what, cell) {
  while (!said.some(([kind, first]) => kind === what && (!cell || first === cell)))
    await new Promise((resolve) => {
      heard = resolve;
    });
}

async function main() {
  const { loadPyodide } = await import(pathToFileURL(`${pyodideFolder}/pyodide.mjs`).href);
  const pyodide = await loadPyodide({
    packages: wheels.map((path) => pathToFileURL(path).href),
    jsglobals: Object.freeze(Object.create(null)),
    env: { HOME: "/home/console", PYTHONHASHSEED: "0" },
    stdout: (line) => console.error(line),
    stderr: (line) => console.error(line),
  });
  const python = pyodide.pyimport("tabswarm.console");
  const version = python.close_doors();
  const kinds = "say fetch provide release event action waiting computing completions done".split(" ");
  const page = Object.fromEntries(kinds.map((kind) => [kind, (...given) => say(kind, ...given)]));
  const room = python.enter(page);
  const ends = [];
  for (const [order, ...given] of orders) {
    if (order === "complete")
      for (const path of completion) pyodide.unpackArchive(Uint8Array.from(readFileSync(path)).buffer, "wheel");
    if (order === "until") await until(...given);
    else {
      const answer = room[order](...given.map((each) => (each?.bytes ? Uint8Array.from(Buffer.from(each.bytes, "base64")) : each)));
      if (order === "run" || order === "complete") ends.push(answer);
    }
  }
  await Promise.all(ends);
  console.log(JSON.stringify({ version, said }));
}

// Node would print the one line of 1.2 MB that Pyodide's script is.
main().catch((error) => {
  console.error(String(error.stack || error).slice(-10_000));
  process.exit(1);
});
