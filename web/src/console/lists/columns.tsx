// biome-ignore-all lint/a11y/useFocusableInteractive: rows and headings of a table that is only read
// biome-ignore-all lint/a11y/useSemanticElements: a real table can be neither windowed nor laid out for a phone

/** The headings of a windowed table; `kind` is the class of its rows. */
export function Columns({ kind, names }: { kind: string; names: readonly string[] }) {
  return (
    <div role="rowgroup">
      <div class={`${kind} head`} role="row">
        {names.map((name) => (
          <span role="columnheader" key={name}>
            {name}
          </span>
        ))}
      </div>
    </div>
  );
}
