import { notebook as text } from "../../../strings/notebook.ts";
import type { Opening } from "../opening.ts";
import { ExamplesList } from "./examples_list.tsx";

/** What an empty notebook says: three lines, and the examples at hand. */
export function Welcome({ opening }: { opening: Opening }) {
  const { heading, steps } = text.empty;
  return (
    <section class="welcome" aria-labelledby="welcome-heading">
      <h2 id="welcome-heading">{heading}</h2>
      <ol>
        <li>{steps.example}</li>
        <li>{steps.share}</li>
        <li>{steps.watch}</li>
      </ol>
      <ExamplesList opening={opening} />
    </section>
  );
}
