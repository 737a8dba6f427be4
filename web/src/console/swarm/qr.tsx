import { useMemo } from "preact/hooks";
import { encode } from "uqr";

/** A link as a QR code: one path, dark on light in dark mode too, since many readers see nothing else. */
export function Qr({ link, label }: { link: string; label: string }) {
  const { size, path } = useMemo(() => squares(link), [link]);
  return (
    <svg class="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shape-rendering="crispEdges">
      <rect class="qr-paper" width={size} height={size} />
      <path class="qr-ink" d={path} />
    </svg>
  );
}

/** With the quiet zone of four modules that the standard asks for. */
export function squares(link: string): { size: number; path: string } {
  const { size, data } = encode(link, { ecc: "M", border: 4 });
  let path = "";
  data.forEach((row, y) => {
    row.forEach((dark, x) => {
      if (dark) path += `M${x} ${y}h1v1h-1z`;
    });
  });
  return { size, path };
}
