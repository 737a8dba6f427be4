import { expect, test } from "vitest";
import { MadeUpSwarm } from "../../../tests/made_up_swarm.ts";
import { type GraphNode, graphNode } from "../observation/shapes.ts";
import { BOX, layOutGraph } from "./graph_layout.ts";

const wordCount = (new MadeUpSwarm({ volunteers: 1, tasks: 8 }).whole().nodes ?? []).map(graphNode);

test("a child stands below its parents, and no two boxes overlap", () => {
  const drawn = layOutGraph(wordCount);
  const at = new Map(drawn?.boxes.map((box) => [box.node.id, box]));
  for (const node of wordCount) {
    for (const [parent] of node.parents)
      expect(at.get(node.id)?.y).toBeGreaterThan((at.get(parent)?.y ?? 0) + BOX.height);
  }
  expect(drawn).toMatchObject({ byStage: false });
  expect(drawn?.width).toBeGreaterThanOrEqual(BOX.width);
});

test("an edge through a shuffle says so", () => {
  const shuffles = layOutGraph(wordCount)?.edges.filter(({ shuffle }) => shuffle);
  expect(shuffles?.map(({ from, to }) => [from, to])).toEqual([[3, 4]]);
});

test("a join has an edge from each parent, also from one that it reads twice in two ways", () => {
  const node = (id: number, parents: [number, number][]): GraphNode =>
    graphNode({ id, name: "n", operator: "Map", kind: "narrow", partitions: 1, parents });
  const drawn = layOutGraph([
    node(1, []),
    node(2, [[1, -1]]),
    node(3, [
      [2, -1],
      [1, 5],
      [1, -1],
    ]),
  ]);
  expect(drawn?.edges).toHaveLength(4);
  expect(drawn?.edges.every(({ path }) => /^M[-\d. ]+[QL]/.test(path))).toBe(true);
});

/** `length` nodes in a row, a shuffle before each tenth. */
function chain(length: number): GraphNode[] {
  return Array.from({ length }, (_, id) =>
    graphNode({
      id,
      name: `step ${id}`,
      operator: "Map",
      kind: id % 10 === 0 && id > 0 ? "shuffle" : "narrow",
      partitions: 4,
      stage: Math.floor(id / 10),
      parents: id === 0 ? [] : [[id - 1, id % 10 === 0 ? 1000 + id : -1]],
    }),
  );
}

test("a long program is drawn by stages", () => {
  const drawn = layOutGraph(chain(300));
  expect(drawn).toMatchObject({ byStage: true });
  expect(drawn?.boxes).toHaveLength(30);
  expect(drawn?.boxes[3]).toMatchObject({ node: { id: 39 }, nodes: expect.arrayContaining([30, 39]) });
  expect(drawn?.edges).toHaveLength(29);
});

test("nothing, and far too much, is not drawn", () => {
  expect(layOutGraph([])).toBeNull();
  expect(layOutGraph(chain(5000))).toBeNull();
});
