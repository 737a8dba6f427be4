// biome-ignore-all lint/a11y/noSvgWithoutTitle: a box has its words inside, which are its name
import { jobs as text } from "../../strings/jobs.ts";
import type { GraphNode, Progress } from "../observation/shapes.ts";
import type { ObservationStore } from "../observation/store.ts";
import { BOX, type Box } from "./graph_layout.ts";

/** Characters of a name that surely fit. */
const FITS = 22;

interface Props {
  box: Box;
  store: ObservationStore;
  chosen: boolean;
  choose: (() => void) | null;
}

/** One node: its shape says its kind, its line how far it is, and words say both. */
export function GraphBox({ box: { node, nodes, x, y }, store, chosen, choose }: Props) {
  const progress = store.detail.progress.row(node.id)?.value;
  const words = wordsOf(node, progress, nodes.length);
  const press = choose && {
    role: "button",
    tabIndex: 0,
    "aria-pressed": chosen,
    onClick: choose,
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      choose();
    },
  };
  return (
    <svg
      class={`node ${node.kind} ${progress?.state ?? "waiting"} ${chosen ? "chosen" : ""}`}
      data-node={node.id}
      x={x - BOX.width / 2}
      y={y - BOX.height / 2}
      width={BOX.width}
      height={BOX.height}
      {...(press as object)}
    >
      <path class="outline" d={OUTLINES[node.kind]} />
      {node.storage && <path class="cached" d={inset(node.kind)} />}
      {node.sink && <path class="sink" d={`M14 ${BOX.height - 3}H${BOX.width - 14}`} />}
      {progress?.state === "running" && (
        <rect
          class="share"
          x="16"
          y={BOX.height - 10}
          width={(BOX.width - 32) * Math.min(1, progress.done / Math.max(1, progress.planned))}
          height="3"
        />
      )}
      <text class="name" x={BOX.width / 2} y="19">
        {short(node.name)}
      </text>
      <text x={BOX.width / 2} y="33">
        {words.filter(Boolean).join(" · ")}
      </text>
      <text x={BOX.width / 2} y="46">
        {short(node.call_site)}
      </text>
    </svg>
  );
}

/** At most two words and a number, the most telling first. */
function wordsOf(node: GraphNode, progress: Progress | undefined, steps: number): string[] {
  const words = [steps > 1 ? text.nodesOf(steps) : text.kinds[node.kind]];
  if (progress && ["stored", "skipped"].includes(progress.state)) words.push(text.nodeStates[progress.state]);
  else if (progress) words.push(text.partitions(progress.done, progress.planned));
  if (node.storage) words.push(text.cached);
  else if (node.target) words.push(text.result);
  return words.filter(Boolean);
}

function short(name: string): string {
  const characters = [...name];
  return characters.length <= FITS ? name : `${characters.slice(0, FITS - 1).join("")}…`;
}

const { width: W, height: H } = BOX;

function rounded(by: number, radius: number): string {
  const [r, w, h] = [radius, W - 2 * by, H - 2 * by];
  return `M${by + r} ${by}h${w - 2 * r}a${r} ${r} 0 0 1 ${r} ${r}v${h - 2 * r}a${r} ${r} 0 0 1 ${-r} ${r}h${2 * r - w}a${r} ${r} 0 0 1 ${-r} ${-r}v${2 * r - h}a${r} ${r} 0 0 1 ${r} ${-r}z`;
}

function hexagon(by: number): string {
  return `M${12 + by} ${by}H${W - 12 - by}L${W - by} ${H / 2}L${W - 12 - by} ${H - by}H${12 + by}L${by} ${H / 2}z`;
}

/** A source is a lozenge with round ends, a shuffle a hexagon, what keeps its partitions a box. */
const OUTLINES: Record<GraphNode["kind"], string> = {
  source: rounded(1, H / 2 - 1),
  narrow: rounded(1, 5),
  shuffle: hexagon(1),
};

/** A second line inside the first. */
function inset(kind: GraphNode["kind"]): string {
  return kind === "source" ? rounded(4, H / 2 - 4) : kind === "shuffle" ? hexagon(4) : rounded(4, 4);
}
