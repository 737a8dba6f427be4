import { effect } from "@preact/signals";
import { beforeEach, expect, test, vi } from "vitest";
import { MadeUpSwarm } from "../../../tests/made_up_swarm.ts";
import type { FromDriver, Observation, ToDriver } from "../../wire/messages.ts";
import { ObservationStore } from "./store.ts";

let frames: (() => void)[] = [];

beforeEach(() => {
  frames = [];
  vi.stubGlobal("requestAnimationFrame", (call: () => void) => frames.push(call));
  vi.stubGlobal("cancelAnimationFrame", () => {});
});

function drawFrame(): void {
  for (const frame of frames.splice(0)) frame();
}

function talking(): { store: ObservationStore; said: FromDriver[]; hear(message: ToDriver): void } {
  const said: FromDriver[] = [];
  const listeners: ((message: ToDriver) => void)[] = [];
  const store = new ObservationStore();
  const hear = (listener: (message: ToDriver) => void) => {
    listeners.push(listener);
    return () => listeners.splice(listeners.indexOf(listener), 1);
  };
  store.listen({ say: (message) => said.push(message), hear });
  return {
    store,
    said,
    hear: (message) => {
      for (const listener of listeners) listener(message);
    },
  };
}

/** What the store holds, as plain data. */
function held(store: ObservationStore): unknown {
  const attempts = [...store.detail.attempts()].sort((a, b) => a.task - b.task || a.attempt - b.attempt);
  const rows = [store.volunteers, store.jobs, store.stores].map((rows) => [...rows.all()].map((row) => ({ ...row })));
  return [rows, [...store.detail.progress.all()], attempts, [...store.detail.errors.all()], store.detail.nodes.value];
}

test("deltas add up to what a fresh observation of that moment brings", () => {
  const swarm = new MadeUpSwarm({ volunteers: 20, tasks: 200 });
  const stepped = new ObservationStore();
  stepped.look("j1");
  stepped.apply(swarm.whole());
  for (let step = 0; step < 10; step++) stepped.apply(swarm.step());
  stepped.apply(swarm.loses(3));
  const fresh = new ObservationStore();
  fresh.look("j1");
  fresh.apply(swarm.whole());
  expect(held(stepped)).toEqual(held(fresh));
});

test("a change to one volunteer wakes nobody who reads another", () => {
  const store = new ObservationStore();
  const swarm = new MadeUpSwarm({ volunteers: 3, tasks: 0 });
  store.apply(swarm.whole());
  const woken = { p1: 0, p2: 0, ids: 0 };
  for (const id of ["p1", "p2"] as const) {
    effect(() => {
      store.volunteers.row(id)?.value;
      woken[id] += 1;
    });
  }
  effect(() => {
    store.volunteers.ids.value;
    woken.ids += 1;
  });
  const told = swarm.whole().volunteers?.[1];
  store.apply({ type: "Observation", now: 1, volunteers: [{ ...told, done: 99 } as never] });
  expect(woken).toEqual({ p1: 1, p2: 2, ids: 1 });
});

test("all that comes before a frame is put in at that frame, in one go", () => {
  const { store, hear } = talking();
  const swarm = new MadeUpSwarm({ volunteers: 2, tasks: 10 });
  let drawn = 0;
  effect(() => {
    store.version.value;
    drawn += 1;
  });
  hear(swarm.whole());
  hear(swarm.step());
  hear(swarm.step());
  expect([drawn, store.volunteers.size]).toEqual([1, 0]);
  drawFrame();
  expect([drawn, store.volunteers.size]).toEqual([2, 2]);
});

test("where no frame is drawn, as in a hidden page, what waits is put in after a second", () => {
  vi.useFakeTimers();
  const { store, hear } = talking();
  hear(new MadeUpSwarm({ volunteers: 2, tasks: 0 }).whole());
  vi.advanceTimersByTime(1000);
  vi.useRealTimers();
  expect(store.volunteers.size).toBe(2);
});

test("it asks to observe, again for another job, and again after each Welcome", () => {
  const { store, said, hear } = talking();
  store.look("j1");
  store.look("j1");
  hear({ type: "Welcome", peer: "d1", resume: "", swarm: "s" });
  expect(said).toEqual(["", "j1", "j1"].map((job) => ({ type: "Observe", job })));
});

test("what was on its way of a job that is no longer looked at is left out", () => {
  const store = new ObservationStore();
  const swarm = new MadeUpSwarm({ volunteers: 2, tasks: 10 });
  store.look("j1");
  store.apply(swarm.whole());
  store.look("j9");
  store.apply(swarm.step());
  expect([store.detail.size, store.detail.nodes.value.length, store.volunteers.size]).toEqual([0, 0, 2]);
});

test("a fresh observation in slices keeps the rows that it tells again, and tells who left meanwhile", () => {
  const store = new ObservationStore();
  const [one, two, three] = new MadeUpSwarm({ volunteers: 3, tasks: 0 }).whole().volunteers ?? [];
  const observation = (rest: Partial<Observation>): Observation => ({ type: "Observation", now: 5, ...rest });
  store.apply(observation({ fresh: true, volunteers: [one, two] as never }));
  const row = store.volunteers.row("p1");
  store.apply(observation({ fresh: true, volunteers: [one] as never, more: true }));
  expect(store.volunteers.ids.value).toEqual(["p1", "p2"]);
  store.apply(observation({ volunteers: [three] as never }));
  expect(store.volunteers.ids.value).toEqual(["p1", "p3"]);
  expect(store.volunteers.row("p1")).toBe(row);
  expect(store.comings.latest.value.map(({ name, came }) => [name, came])).toEqual([
    ["Tab 2", false],
    ["Tab 3", true],
  ]);
});

test("those who were there at the first look have not just come", () => {
  const store = new ObservationStore();
  store.apply(new MadeUpSwarm({ volunteers: 3, tasks: 0 }).whole());
  expect(store.comings.latest.value).toEqual([]);
});

test("a volunteer that left keeps its name for what it did", () => {
  const store = new ObservationStore();
  const swarm = new MadeUpSwarm({ volunteers: 3, tasks: 0 });
  store.apply(swarm.whole());
  store.apply(swarm.loses(1));
  expect([store.comings.nameOf("p2"), store.comings.hasLeft("p2"), store.comings.hasLeft("p1")]).toEqual([
    "Tab 2",
    true,
    false,
  ]);
});

test("task output is kept by job, and the oldest of it goes first", () => {
  const { store, hear } = talking();
  const print = (text: string) =>
    hear({ type: "TaskOutput", job: "j1", volunteer: "p1", partition: 2, stream: "stdout", text });
  expect(store.outputs.of("j1").value.printed).toEqual([]);
  print("one");
  print("two");
  expect(store.outputs.of("j1").value.printed.map(({ text }) => text)).toEqual(["one", "two"]);
  for (let count = 0; count < 70; count++) print("x".repeat(1000));
  const { printed, cut } = store.outputs.of("j1").value;
  expect([cut, printed.length, printed[0]?.text[0]]).toEqual([true, 66, "x"]);
});
