import { signal } from "@preact/signals";
import { useContext } from "preact/hooks";
import { jobs as text } from "../../strings/jobs.ts";
import { Still } from "./still.ts";

/** What the notebook offers: for a call site of one of its cells how to show that line, else null. */
export const lineOpener = signal<(callSite: string) => (() => void) | null>(() => null);

/** A line of the user's program: where it stands, what stands there, and the way to it in the notebook. */
export function CodeLine({ callSite, code }: { callSite: string; code: string }) {
  const still = useContext(Still);
  if (!callSite) return <p class="soft">{text.noLine}</p>;
  const open = still ? null : lineOpener.value(callSite);
  return (
    <div class="code-line">
      <p class="row">
        <bdi>{text.atLine(callSite)}</bdi>
        {open && (
          <button type="button" onClick={open}>
            {text.openLine}
          </button>
        )}
      </p>
      {code && (
        <pre>
          <code>{code}</code>
        </pre>
      )}
    </div>
  );
}
