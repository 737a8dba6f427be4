import { Graph, layout } from "@dagrejs/dagre";
import type { GraphNode } from "../observation/shapes.ts";

/**
 * Where a job's nodes stand: parents above children, as dagre lays them out.
 *
 * A long program's graph is drawn by stages, one box for the nodes between two shuffles, since hundreds of boxes tell
 * nobody anything.
 */
export const BOX = { width: 176, height: 64 };
/** Nodes beyond which stages are drawn, and boxes beyond which nothing is. */
const NODES = 120;
const BOXES = 400;

export interface Box {
  /** The node that the box stands for: of a stage its last. */
  node: GraphNode;
  /** All nodes in it. */
  nodes: number[];
  x: number;
  y: number;
}

export interface Edge {
  from: number;
  to: number;
  shuffle: boolean;
  /** A path through dagre's points. */
  path: string;
}

export interface GraphLayout {
  width: number;
  height: number;
  boxes: Box[];
  edges: Edge[];
  byStage: boolean;
}

/** Null where there is nothing to draw, or too much. */
export function layOutGraph(nodes: readonly GraphNode[]): GraphLayout | null {
  const byStage = nodes.length > NODES;
  const groups = byStage ? stages(nodes) : nodes.map((node) => ({ node, nodes: [node.id] }));
  if (groups.length === 0 || groups.length > BOXES) return null;
  const boxOf = new Map(groups.flatMap((group) => group.nodes.map((id) => [id, group.node.id] as const)));
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: "TB", nodesep: 24, ranksep: 36, marginx: 8, marginy: 8 });
  for (const { node } of groups) graph.setNode(String(node.id), { ...BOX });
  for (const node of nodes) {
    for (const [parent, shuffle] of node.parents) {
      const [from, to] = [boxOf.get(parent), boxOf.get(node.id)];
      if (from === undefined || to === undefined || from === to) continue;
      graph.setEdge(String(from), String(to), { shuffle: shuffle >= 0 }, shuffle >= 0 ? "shuffle" : "narrow");
    }
  }
  layout(graph);
  const boxes = groups.map((group) => ({ ...group, ...placeOf(graph, group.node.id) }));
  const edges = graph.edges().map((edge): Edge => {
    const { points = [], shuffle } = graph.edge(edge) as { points?: Point[]; shuffle: boolean };
    return { from: Number(edge.v), to: Number(edge.w), shuffle, path: pathThrough(points) };
  });
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  return { width, height, boxes, edges, byStage };
}

interface Point {
  x: number;
  y: number;
}

function stages(nodes: readonly GraphNode[]): { node: GraphNode; nodes: number[] }[] {
  const byStage = new Map<number, GraphNode[]>();
  for (const node of nodes) byStage.set(node.stage, [...(byStage.get(node.stage) ?? []), node]);
  return [...byStage.values()].map((members) => ({
    node: members[members.length - 1] as GraphNode,
    nodes: members.map(({ id }) => id),
  }));
}

function placeOf(graph: Graph, id: number): Point {
  const { x = 0, y = 0 } = graph.node(String(id)) as Partial<Point>;
  return { x, y };
}

/** A smooth line: dagre's points are the corners that it turns at. */
function pathThrough(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (!first) return "";
  let path = `M${round(first.x)} ${round(first.y)}`;
  for (let index = 0; index < rest.length - 1; index++) {
    const [corner, next] = [rest[index] as Point, rest[index + 1] as Point];
    const last = index === rest.length - 2;
    const end = last ? next : { x: (corner.x + next.x) / 2, y: (corner.y + next.y) / 2 };
    path += `Q${round(corner.x)} ${round(corner.y)} ${round(end.x)} ${round(end.y)}`;
  }
  const only = rest[0];
  return rest.length === 1 && only ? `${path}L${round(only.x)} ${round(only.y)}` : path;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
