import { useRef } from "preact/hooks";
import { notebook as text } from "../../../strings/notebook.ts";
import { inBytes } from "../../../strings.ts";
import { kernel } from "../../state.ts";
import type { Desk } from "../desk.ts";
import type { Opening } from "../opening.ts";

/** Files that cells can read, and how they do. */
export function DataPanel({ desk, opening }: { desk: Desk; opening: Opening }) {
  const chooser = useRef<HTMLInputElement>(null);
  const files = kernel.value?.files.value ?? [];
  const insert = (source: string) => desk.add(desk.notebook.byId(desk.notebook.current.peek()) ?? null, source);
  return (
    <div class="data">
      <h2>{text.data.heading}</h2>
      {kernel.value ? (
        <p>
          {text.data.drop}{" "}
          <button type="button" id="choose-files" onClick={() => chooser.current?.click()}>
            {text.data.choose}
          </button>
        </p>
      ) : (
        <p>{text.data.unavailable}</p>
      )}
      <input
        ref={chooser}
        type="file"
        multiple
        hidden
        aria-label={text.data.choose}
        onChange={(event) => {
          opening.addData([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = "";
        }}
      />
      <p class="soft">{text.data.what}</p>
      {files.length === 0 && <p class="soft">{text.data.none}</p>}
      <ul>
        {files.map(({ name, size }) => (
          <li key={name} class="dropped-file">
            <span class="name">{name}</span>
            <span class="soft">{inBytes(size)}</span>
            <button
              type="button"
              class="icon-button"
              aria-label={text.data.remove(name)}
              onClick={() => kernel.value?.removeFile(name)}
            >
              ×
            </button>
            <code>{reads(name)}</code>
            <button type="button" data-closes aria-label={text.data.insert(name)} onClick={() => insert(reads(name))}>
              {text.data.use}
            </button>
          </li>
        ))}
      </ul>
      <p class="soft">{text.data.urls}</p>
      <p class="row">
        <code>{text.data.urlsCode}</code>
        <button type="button" data-closes onClick={() => insert(text.data.urlsCode)}>
          {text.data.use}
        </button>
      </p>
    </div>
  );
}

/** The line of Python that reads a file; a JSON text is a Python text as well. */
function reads(name: string): string {
  return `sc.textFile(${JSON.stringify(name)}).take(5)`;
}
