// biome-ignore-all lint/a11y/useSemanticElements: a fieldset is for the fields of a form
import { useSignal } from "@preact/signals";
import { useContext, useMemo } from "preact/hooks";
import { inDigits } from "../../strings/amounts.ts";
import { jobs as text } from "../../strings/jobs.ts";
import { Figures } from "../lists/figures.tsx";
import type { GraphNode, Progress } from "../observation/shapes.ts";
import type { ObservationStore } from "../observation/store.ts";
import { CodeLine } from "./code_line.tsx";
import { GraphBox } from "./graph_box.tsx";
import { layOutGraph } from "./graph_layout.ts";
import { GraphLegend } from "./graph_legend.tsx";
import { Still } from "./still.ts";

export interface GraphProps {
  store: ObservationStore;
}

/** The job's nodes and how data flows between them; each leads to its line of code. */
export function Graph({ store }: GraphProps) {
  const still = useContext(Still);
  const nodes = store.detail.nodes.value;
  const drawn = useMemo(() => layOutGraph(nodes), [nodes]);
  const chosen = useSignal(-1);
  if (nodes.length === 0) return <p class="soft">{text.looking}</p>;
  if (!drawn) return <p class="soft">{text.graphTooLarge(nodes.length)}</p>;
  const { width, height, boxes, edges, byStage } = drawn;
  const node = nodes.find(({ id }) => id === chosen.value);
  return (
    <div class="graph">
      <GraphLegend />
      {byStage ? <p class="soft">{text.graphByStage}</p> : !still && <p class="soft">{text.graphHint}</p>}
      <div class="scrolls" tabIndex={still ? undefined : 0}>
        <svg viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="group" aria-label={text.graphLabel}>
          <defs>
            <marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">
              <path class="arrow" d="M0 0L8 4L0 8z" />
            </marker>
          </defs>
          {edges.map(({ from, to, shuffle, path }) => (
            <path
              key={`${from}-${to}-${shuffle}`}
              class={`edge ${shuffle ? "shuffle" : "narrow"}`}
              d={path}
              marker-end="url(#arrow)"
            />
          ))}
          {boxes.map((box) => (
            <GraphBox
              key={box.node.id}
              box={box}
              store={store}
              chosen={box.node.id === chosen.value}
              choose={still ? null : () => (chosen.value = chosen.value === box.node.id ? -1 : box.node.id)}
            />
          ))}
        </svg>
      </div>
      {node && <NodeFacts node={node} progress={store.detail.progress.row(node.id)?.value} />}
      {still && nodes.map((each) => <StillNode key={each.id} node={each} />)}
    </div>
  );
}

/** The chosen node: its figures and its line of code. */
function NodeFacts({ node, progress }: { node: GraphNode; progress: Progress | undefined }) {
  const { nodeFacts } = text;
  const rows: [label: string, value: string][] = [
    [nodeFacts.operator, node.operator],
    [nodeFacts.stage, node.stage < 0 ? "–" : String(node.stage)],
    [nodeFacts.partitions, inDigits(node.partitions)],
  ];
  if (node.storage) rows.push([nodeFacts.storage, node.storage]);
  if (progress) {
    rows.push([nodeFacts.done, text.partitions(progress.done, progress.planned)]);
    rows.push([nodeFacts.rows, inDigits(progress.rows)]);
    if (progress.recomputed > 0) rows.push([nodeFacts.again, inDigits(progress.recomputed)]);
  }
  return (
    <div class="node-facts" role="status">
      <h3>
        <bdi>{node.name}</bdi>
      </h3>
      <CodeLine callSite={node.call_site} code={node.code} />
      <Figures rows={rows} />
    </div>
  );
}

/** In a report, where nothing can be chosen, each node with its line. */
function StillNode({ node }: { node: GraphNode }) {
  return (
    <div class="node-facts">
      <h3>
        <bdi>{node.name}</bdi>
      </h3>
      <CodeLine callSite={node.call_site} code={node.code} />
    </div>
  );
}
