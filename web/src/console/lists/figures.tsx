/** A few figures with their names, side by side. */
export function Figures({
  rows,
  label,
}: {
  rows: readonly (readonly [label: string, value: string])[];
  label?: string;
}) {
  return (
    <dl class="figures" aria-label={label}>
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
