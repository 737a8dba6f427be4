import type { MapOutput, MapOutputs } from "../wire/messages.ts";

/** The tables of map outputs that the coordinator keeps up to date: for each shuffle, who holds what. */
export class MapOutputTables {
  private readonly tables = new Map<string, Map<number, MapOutput>>();

  /** Takes entries; a later one for the same map partition replaces the earlier. */
  update({ application, shuffle, entries }: MapOutputs): void {
    const key = tableKey(application, shuffle);
    const table = this.tables.get(key) ?? new Map<number, MapOutput>();
    for (const entry of entries) table.set(entry[0], entry);
    this.tables.set(key, table);
  }

  get(application: string, shuffle: number, mapPartition: number): MapOutput | undefined {
    return this.tables.get(tableKey(application, shuffle))?.get(mapPartition);
  }

  /** Forgets the tables of an application, or all. */
  drop(application?: string): void {
    for (const key of [...this.tables.keys()])
      if (application === undefined || key.startsWith(`${application}/`)) this.tables.delete(key);
  }
}

function tableKey(application: string, shuffle: number): string {
  return `${application}/${shuffle}`;
}
