import { useComputed, useSignal } from "@preact/signals";
import { notebook as text } from "../../../strings/notebook.ts";
import { download } from "../../download.ts";
import type { Table } from "../../kernel.ts";
import { csvOf, jsonOf, type Sorting, sorted, type Value } from "../table.ts";

const ROWS = 15;
/** Characters of a value that the grid shows; the downloads have all of it. */
const LONGEST = 300;

/** Records as a table: a click on a column's name sorts, pages below. */
export function TableView({ table }: { table: Table }) {
  const sorting = useSignal<Sorting | null>(null);
  const page = useSignal(0);
  const shown = useSignal(table);
  shown.value = table;
  const rows = useComputed(() => sorted(shown.value.rows, sorting.value));
  const pages = Math.max(1, Math.ceil(table.rows.length / ROWS));
  const current = Math.min(page.value, pages - 1);
  const sort = (column: number) => {
    const by = sorting.value;
    sorting.value =
      by?.column === column ? (by.descending ? null : { column, descending: true }) : { column, descending: false };
    page.value = 0;
  };
  return (
    <div class="table" aria-busy={table.growing}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <section class="grid" aria-label={text.table.label} tabIndex={0}>
        <table>
          <thead>
            <tr>
              {table.columns.map((column, index) => (
                <th
                  key={index}
                  class={kindOf(table.rows[0]?.[index] ?? null)}
                  scope="col"
                  aria-sort={sortOf(sorting.value, index)}
                >
                  <button type="button" title={text.table.sortBy(short(column))} onClick={() => sort(index)}>
                    {short(column)}
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.value.slice(current * ROWS, (current + 1) * ROWS).map((row, index) => (
              <tr key={current * ROWS + index}>
                {table.columns.map((_, column) => (
                  <td key={column} class={kindOf(row[column] ?? null)}>
                    {shownAs(row[column] ?? null)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <div class="row under">
        <span class="soft">{countOf(table)}</span>
        {pages > 1 && (
          <span class="row">
            <button
              type="button"
              aria-label={text.table.previous}
              disabled={current === 0}
              onClick={() => {
                page.value = current - 1;
              }}
            >
              ‹
            </button>
            <span>{text.table.page(current + 1, pages)}</span>
            <button
              type="button"
              aria-label={text.table.next}
              disabled={current === pages - 1}
              onClick={() => {
                page.value = current + 1;
              }}
            >
              ›
            </button>
          </span>
        )}
        <span class="row downloads">
          <button
            type="button"
            aria-label={text.table.download(text.table.csv)}
            onClick={() => download(`${text.table.name}.csv`, "text/csv", csvOf(table))}
          >
            {text.table.csv}
          </button>
          <button
            type="button"
            aria-label={text.table.download(text.table.json)}
            onClick={() => download(`${text.table.name}.json`, "application/json", jsonOf(table))}
          >
            {text.table.json}
          </button>
        </span>
      </div>
    </div>
  );
}

function countOf({ rows, more, growing }: Table): string {
  const count = more ? text.table.firstRows(rows.length) : text.table.rows(rows.length);
  return growing ? `${count}, ${text.table.growing}` : count;
}

function sortOf(by: Sorting | null, column: number): "ascending" | "descending" | "none" {
  if (by?.column !== column) return "none";
  return by.descending ? "descending" : "ascending";
}

function kindOf(value: Value): string {
  return value === null ? "is-null" : `is-${typeof value}`;
}

function shownAs(value: Value): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  return short(String(value));
}

function short(words: string): string {
  return words.length > LONGEST ? `${words.slice(0, LONGEST)}…` : words;
}
