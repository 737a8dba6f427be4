// The page behind a driver link, until the console is there: it says what the link is for and how to use it today.
import { render } from "preact";
import { consolePage as text } from "../strings.ts";

// Whoever sees the address bar or the history later must not get the token. It is not kept either: this page needs none.
if (location.hash) history.replaceState(null, "", location.pathname + location.search);

render(
  <>
    <p class="brand">tabswarm</p>
    <h1>{text.heading}</h1>
    <p>{text.what}</p>
    <p>{text.how}</p>
    <pre>
      <code>{text.command}</code>
    </pre>
    <p>{text.link}</p>
    <p>{text.invite}</p>
  </>,
  document.getElementById("page") as HTMLElement,
);
