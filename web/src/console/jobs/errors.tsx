import { useContext } from "preact/hooks";
import { jobs as text } from "../../strings/jobs.ts";
import type { ErrorGroup } from "../observation/shapes.ts";
import type { ObservationStore } from "../observation/store.ts";
import { CodeLine } from "./code_line.tsx";
import { Still } from "./still.ts";

/** The job's errors, those with the same exception at the same line as one. */
export function Errors({ store }: { store: ObservationStore }) {
  const ids = store.detail.errors.ids.value;
  if (ids.length === 0) return null;
  const groups = ids.map((id) => store.detail.errors.row(id)?.value).filter((group) => group !== undefined);
  return (
    <section aria-labelledby="errors-heading">
      <h2 id="errors-heading">{text.errors}</h2>
      <ul class="errors">
        {groups
          .sort((a, b) => b.count - a.count)
          .map((group) => (
            <Group key={group.id} group={group} store={store} />
          ))}
      </ul>
    </section>
  );
}

function Group({ group, store }: { group: ErrorGroup; store: ObservationStore }) {
  const what = group.type_name || text.errorKinds[group.kind] || group.kind;
  return (
    <li data-error={group.id}>
      <p>
        <strong class="trouble">
          <bdi>{what}</bdi>
        </strong>{" "}
        <span class="count">{text.errorCount(group.count)}</span>
      </p>
      {group.message && (
        <p>
          <bdi>{group.message}</bdi>
        </p>
      )}
      <p class="soft">
        <bdi>{text.errorWhere(store.comings.nameOf(group.volunteer), group.partition)}</bdi>
        {group.type_name && text.errorKinds[group.kind] && ` · ${text.errorKinds[group.kind]}`}
      </p>
      {group.line && <CodeLine callSite={group.line} code="" />}
      {group.traceback && (
        <details open={useContext(Still)}>
          <summary>{text.traceback}</summary>
          <pre>{group.traceback}</pre>
        </details>
      )}
    </li>
  );
}
