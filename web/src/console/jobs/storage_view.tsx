import { storage as text } from "../../strings/jobs.ts";
import { inBytes } from "../../strings.ts";
import { Figures } from "../lists/figures.tsx";
import { store } from "../observation/live.ts";
import { Bar } from "./bar.tsx";
import { CodeLine } from "./code_line.tsx";

/** Holders that are named. */
const NAMED = 6;

/** What is kept of persisted RDDs, and where. */
export function StorageView() {
  const ids = store.stores.ids.value;
  return (
    <>
      <h1>{text.heading}</h1>
      {ids.length === 0 ? (
        <div class="status">
          <strong>{text.none}</strong>
          <span>{text.noneMore}</span>
        </div>
      ) : (
        <>
          <ul class="stores">
            {ids.map((id) => (
              <Kept key={id} id={id} />
            ))}
          </ul>
          <p class="soft">{text.missing}</p>
        </>
      )}
    </>
  );
}

function Kept({ id }: { id: string }) {
  const kept = store.stores.row(id)?.value;
  if (!kept) return null;
  const holders = Object.entries(kept.holders).sort(([, a], [, b]) => b - a);
  const named = holders.slice(0, NAMED).map(([who, blocks]) => text.holder(store.comings.nameOf(who), blocks));
  const others = holders.length - named.length;
  return (
    <li data-store={id}>
      <h2>
        <bdi>{kept.name}</bdi>
      </h2>
      <CodeLine callSite={kept.call_site} code="" />
      <Bar done={kept.there} running={0} total={kept.partitions} label={kept.name} />
      <Figures
        rows={[
          [text.size, `${text.there(kept.there, kept.partitions)}, ${inBytes(kept.size)}`],
          [text.copies, inBytes(kept.held)],
          [text.level, kept.level],
        ]}
      />
      {named.length > 0 && (
        <p class="soft">
          {text.holders} <bdi>{named.join(", ")}</bdi>
          {others > 0 && ` ${text.moreHolders(others)}`}
        </p>
      )}
    </li>
  );
}
