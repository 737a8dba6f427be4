import type { ObservationStore } from "../observation/store.ts";

/** The swarm in figures. */
export interface Totals {
  volunteers: number;
  slots: number;
  busy: number;
  blocks: number;
  held: number;
  done: number;
  direct: number;
  relayed: number;
}

/** Sums over all volunteers; whoever reads it is told of every batch of changes. */
export function totalsOf(store: ObservationStore): Totals {
  store.version.value;
  const totals = { volunteers: 0, slots: 0, busy: 0, blocks: 0, held: 0, done: 0, direct: 0, relayed: 0 };
  for (const { slots, assigned, blocks, held, done, direct, relayed } of store.volunteers.all()) {
    totals.volunteers += 1;
    totals.slots += slots;
    totals.busy += Math.min(slots, assigned);
    totals.blocks += blocks;
    totals.held += held;
    totals.done += done;
    totals.direct += direct;
    totals.relayed += relayed;
  }
  return totals;
}
