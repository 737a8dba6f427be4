import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { type Example, loadExamples } from "../examples.ts";
import type { Opening } from "../opening.ts";

/** The examples, each a button that opens it. */
export function ExamplesList({ opening }: { opening: Opening }) {
  const examples = useSignal<readonly Example[]>([]);
  useEffect(() => {
    void loadExamples().then((loaded) => {
      examples.value = loaded;
    });
  }, []);
  return (
    <ul class="examples">
      {examples.value.map(({ title, what, cells }) => (
        <li key={title}>
          <button
            type="button"
            data-closes
            data-example={title}
            onClick={() =>
              opening.open(
                title,
                cells.map((source) => ({ source, outputs: [] })),
              )
            }
          >
            <strong>{title}</strong>
            <span class="soft">{what}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
