// The console's views with a swarm that nobody runs, for pictures, axe and the benchmark: ?volunteers=200&tasks=2000.
import axe from "axe-core";
import { render } from "preact";
import { Desk } from "../../src/console/notebook/desk.ts";
import { store } from "../../src/console/observation/live.ts";
import { follow, route } from "../../src/console/route.ts";
import { Shell } from "../../src/console/shell/shell.tsx";
import { connection, inviteLink, swarmTitle } from "../../src/console/state.ts";
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

/** Milliseconds of script that each of so many updates takes: from the message to the last change of the page. */
async function measureUpdates(count: number): Promise<number[]> {
  const taken: number[] = [];
  for (let update = 0; update < count; update++) {
    const observation = swarm.step();
    await new Promise(requestAnimationFrame);
    const begun = performance.now();
    store.hear(observation);
    store.flush();
    // Preact draws in microtasks: a task of its own comes after all of them.
    await new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = resolve;
      port2.postMessage(null);
    });
    taken.push(performance.now() - begun);
  }
  return taken;
}

Object.assign(window, { axe, swarm, store, measureUpdates });
