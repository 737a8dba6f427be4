// The console's views with a swarm that nobody runs, for pictures, axe and the benchmark: ?volunteers=200&tasks=2000.
import axe from "axe-core";
import { options, render } from "preact";
import { Desk } from "../../src/console/notebook/desk.ts";
import { store } from "../../src/console/observation/live.ts";
import { follow, route } from "../../src/console/route.ts";
import { Shell } from "../../src/console/shell/shell.tsx";
import { connection, inviteLink, swarmTitle } from "../../src/console/state.ts";
import type { Observation } from "../../src/wire/messages.ts";
import { MadeUpSwarm } from "../made_up_swarm.ts";

const query = new URLSearchParams(location.search);
const number = (name: string) => Number(query.get(name) ?? 0);
const swarm = new MadeUpSwarm({ volunteers: number("volunteers"), tasks: number("tasks") });

connection.value = { is: "open" };
swarmTitle.value = "Class 3b counts words";
inviteLink.value = "https://swarm.example/join#3qfWc0Zk9bYwX1uTn5RrLhVd8sJm2Ag7";
follow();
store.look(route.value.job);
store.apply(swarm.whole());
render(<Shell desk={new Desk("")} />, document.getElementById("page") as HTMLElement);

/** What Preact wants to draw: done when we say, so that its script can be told from the browser's own work. */
const toDraw: (() => void)[] = [];

function drawAll(): void {
  while (toDraw.length > 0) {
    for (const draw of toDraw.splice(0)) draw();
  }
}

const prepared: Observation[] = [];

/** Makes up so many updates, so that this is not measured. */
function prepare(count: number): void {
  while (prepared.length < count) prepared.push(swarm.step());
}

/** Milliseconds of script that each of so many updates takes: from the message to the last change of the page. */
async function measureUpdates(count: number): Promise<number[]> {
  const taken: number[] = [];
  const observations = prepared.splice(0, count);
  const usual = options.debounceRendering ?? queueMicrotask;
  drawAll();
  options.debounceRendering = (draw) => toDraw.push(draw);
  for (let update = 0; update < count; update++) {
    const observation = observations[update] as Observation;
    await new Promise(requestAnimationFrame);
    const begun = performance.now();
    store.hear(observation);
    store.flush();
    drawAll();
    taken.push(performance.now() - begun);
  }
  options.debounceRendering = usual;
  return taken;
}

Object.assign(window, { axe, swarm, store, prepare, measureUpdates });
