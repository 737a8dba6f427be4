import { useSignal } from "@preact/signals";
import { useId, useRef } from "preact/hooks";
import { copied } from "../links/clipboard.ts";
import { operator as text } from "../strings/operator.ts";
import { TITLE_LIMIT } from "../wire/messages.ts";
import { type Made, made, notMade, state, swarms } from "./desk.ts";

/** The operator's page: makes swarms, shows their links once, and says how much goes on in each. */
export function Page({ make }: { make: (title: string) => void }) {
  const { value } = state;
  if (value.is === "no-link") return <Alone heading={text.noLink.heading} lines={[text.noLink.more]} />;
  if (value.is === "refused")
    return <Alone heading={text.refused.heading} lines={[text.refused.more, text.refused.reason(value.reason)]} />;
  return (
    <>
      <p class="brand">{text.brand}</p>
      <h1>{text.heading}</h1>
      <p>{text.what}</p>
      <div role="status">{value.is !== "open" && <Status of={value.is} />}</div>
      <NewSwarm make={make} ready={value.is === "open"} />
      <div aria-live="polite">
        {made.value.map((swarm) => (
          <Links key={swarm.driverLink} swarm={swarm} />
        ))}
      </div>
      {swarms.value.length > 0 && <List />}
      <p class="soft">{text.metrics}</p>
    </>
  );
}

function Alone({ heading, lines }: { heading: string; lines: string[] }) {
  return (
    <>
      <p class="brand">{text.brand}</p>
      <h1>{heading}</h1>
      {lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
    </>
  );
}

function Status({ of }: { of: "connecting" | "gone" }) {
  const { what, more } = text[of];
  return (
    <p class={`status ${of === "gone" ? "trouble" : "busy"}`}>
      <strong>{what}</strong>
      <span>{more}</span>
    </p>
  );
}

function NewSwarm({ make, ready }: { make: (title: string) => void; ready: boolean }) {
  const title = useSignal("");
  const id = useId();
  const submit = (event: Event) => {
    event.preventDefault();
    make(title.value.trim());
    title.value = "";
  };
  return (
    <form onSubmit={submit}>
      <label for={id}>{text.title}</label>
      <input
        type="text"
        id={id}
        value={title.value}
        maxLength={TITLE_LIMIT}
        autocomplete="off"
        aria-describedby={`${id}-hint`}
        onInput={(event) => {
          title.value = event.currentTarget.value;
        }}
      />
      <p class="soft" id={`${id}-hint`}>
        {text.titleHint}
      </p>
      <button type="submit" id="make" disabled={!ready}>
        {text.make}
      </button>
      <p role="alert">{notMade.value && text.notMade(notMade.value)}</p>
    </form>
  );
}

function Links({ swarm }: { swarm: Made }) {
  return (
    <section class="made">
      <h2>{text.made(swarm.title || text.untitled)}</h2>
      <p>
        <strong>{text.onlyNow}</strong>
      </p>
      <CopyField label={text.driverLink} use={text.driverLinkFor} link={swarm.driverLink} />
      <CopyField label={text.inviteLink} use={text.inviteLinkFor} link={swarm.inviteLink} />
      <p>
        <a href={swarm.driverLink} target="_blank" rel="noopener noreferrer">
          {text.openConsole}
        </a>
      </p>
    </section>
  );
}

function CopyField({ label, use, link }: { label: string; use: string; link: string }) {
  const field = useRef<HTMLInputElement>(null);
  const outcome = useSignal(text.copy);
  const id = useId();
  const copy = async () => {
    field.current?.select();
    outcome.value = (await copied(link)) ? text.copied : text.copyYourself;
  };
  return (
    <div class="link">
      <label for={id}>{label}</label>
      <p class="soft" id={`${id}-use`}>
        {use}
      </p>
      <p class="copying">
        <input
          type="text"
          ref={field}
          id={id}
          readOnly
          value={link}
          aria-describedby={`${id}-use`}
          onFocus={(event) => event.currentTarget.select()}
        />
        <button type="button" aria-label={`${outcome.value}: ${label}`} onClick={copy}>
          <span aria-live="polite">{outcome.value}</span>
        </button>
      </p>
    </div>
  );
}

function List() {
  const { columns } = text;
  return (
    <section>
      <h2 id="swarms">{text.list}</h2>
      <table aria-labelledby="swarms">
        <thead>
          <tr>
            <th scope="col">{columns.title}</th>
            <th scope="col">{columns.volunteers}</th>
            <th scope="col">{columns.drivers}</th>
            <th scope="col">{columns.jobs}</th>
            <th scope="col">{columns.finished}</th>
          </tr>
        </thead>
        <tbody>
          {swarms.value.map((swarm) => (
            <tr key={swarm.id}>
              <th scope="row">{swarm.title || text.untitled}</th>
              <td>{swarm.volunteers}</td>
              <td>{swarm.drivers}</td>
              <td>{swarm.jobs}</td>
              <td>{swarm.finished}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
