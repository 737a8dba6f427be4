// The page at the coordinator's bare address: it says which links lead on.
import { render } from "preact";
import { home as text } from "../strings/home.ts";

// Whoever sees the address bar or the history later must not get a token that was opened here by mistake.
if (location.hash) history.replaceState(null, "", location.pathname + location.search);

render(
  <>
    <p class="brand">tabswarm</p>
    <h1>{text.heading}</h1>
    <p>{text.what}</p>
    <p>{text.invite}</p>
    <p>{text.driver}</p>
    <pre>
      <code>{text.command}</code>
    </pre>
  </>,
  document.getElementById("page") as HTMLElement,
);
