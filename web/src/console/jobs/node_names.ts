import type { GraphNode } from "../observation/shapes.ts";

/** "reduceByKey at cell 3:4" of a node's id; a number where the graph does not know it. */
export function nodeNames(nodes: readonly GraphNode[]): (node: number) => string {
  const names = new Map(nodes.map(({ id, name, call_site }) => [id, call_site ? `${name} at ${call_site}` : name]));
  return (node) => names.get(node) ?? `#${node}`;
}
