// The operator's page: what the operator's link opens.
import { render } from "preact";
import { socketAddress } from "../peer/addresses.ts";
import { forgetToken, takeToken } from "../peer/link_token.ts";
import { Desk, state } from "./desk.ts";
import { Page } from "./page.tsx";

/** Where a tab keeps its token while it is open. */
const KEY = "tabswarm-operator";

const token = takeToken(window, KEY);
if (token === null) state.value = { is: "no-link" };
const desk = token === null ? null : new Desk(token, socketAddress("/socket"), () => forgetToken(window, KEY));

render(<Page make={(title) => desk?.make(title)} />, document.getElementById("page") as HTMLElement);
