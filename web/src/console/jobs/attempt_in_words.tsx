import type { ReadonlySignal } from "@preact/signals";
import { jobs as text } from "../../strings/jobs.ts";
import { inBytes } from "../../strings.ts";
import type { ObservationStore } from "../observation/store.ts";
import { nodeNames } from "./node_names.ts";
import { type Placed, partsOf } from "./timeline_layout.ts";

/** The attempt that was pointed at: what, where, why, how long each part took and what came of it. */
export function AttemptInWords({
  store,
  chosen,
}: {
  store: ObservationStore;
  chosen: ReadonlySignal<{ placed: Placed } | null>;
}) {
  const placed = chosen.value?.placed;
  const latest = placed && store.detail.attempt(placed.attempt.task, placed.attempt.attempt);
  if (!latest) return <p class="attempt-in-words soft">{text.timelineHint}</p>;
  const { node, partition, partitions, reason, outcome, volunteer, rows, written, fetched, message, error } = latest;
  const nameOf = nodeNames(store.detail.nodes.value);
  const parts = partsOf(latest, store.now.peek()).map(([part, from, to]) => text.partTook(text.parts[part], to - from));
  const said = message || store.detail.errors.now(error)?.message || "";
  return (
    <p class="attempt-in-words" role="status">
      <strong>
        <bdi>{text.at(nameOf(node), partition, partitions)}</bdi>
      </strong>{" "}
      <bdi>{store.comings.nameOf(volunteer)}</bdi>: {text.reasons[reason]}, {text.outcomes[outcome]}
      {said && (
        <>
          {" "}
          (<bdi>{said}</bdi>)
        </>
      )}
      . {parts.join(", ")}
      {outcome === "done" && `. ${text.rowsOut(rows, inBytes(written))}`}
      {fetched > 0 && `, ${text.fetchedBytes(inBytes(fetched))}`}.
    </p>
  );
}
