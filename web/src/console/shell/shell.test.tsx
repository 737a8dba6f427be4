// @vitest-environment happy-dom
import { render } from "preact";
import { afterEach, expect, test } from "vitest";
import { Desk } from "../notebook/desk.ts";
import { route } from "../route.ts";
import { type Connection, connection, inviteLink, swarmTitle } from "../state.ts";
import { Shell } from "./shell.tsx";

const hostile = '<img src=x onerror="alert(1)"><script>alert(2)</script>';

async function shown(): Promise<HTMLElement> {
  const root = document.createElement("div");
  document.body.replaceChildren(root);
  render(<Shell desk={new Desk("")} />, root);
  await new Promise((resolve) => setTimeout(resolve));
  return root;
}

afterEach(() => {
  connection.value = { is: "connecting" };
  swarmTitle.value = "";
  inviteLink.value = "";
  route.value = { view: "notebook", job: "" };
});

test("without a link the page says which one it needs, and shows no view", async () => {
  connection.value = { is: "no-link" };
  const page = await shown();
  expect(page.textContent).toContain("This page needs a driver link");
  expect(page.querySelector("#notebook")).toBeNull();
});

test("a refused link is told with the coordinator's reason", async () => {
  connection.value = { is: "refused", reason: "no such token" };
  expect((await shown()).textContent).toContain("The coordinator says: no such token");
});

test.each<[Connection["is"], string]>([
  ["connecting", "Connecting"],
  ["open", "Connected"],
  ["gone", "trying again"],
  ["taken-over", "Opened elsewhere"],
])("the header says of %s: %s", async (is, words) => {
  connection.value = { is } as Connection;
  expect((await shown()).querySelector("#connection")?.textContent).toContain(words);
});

test("the swarm's title and link are text, whatever they say", async () => {
  swarmTitle.value = hostile;
  inviteLink.value = `https://swarm.example/join#${hostile}`;
  const page = await shown();
  expect(page.querySelector("img, script")).toBeNull();
  expect(page.querySelector("#swarm-title")?.textContent).toBe(hostile);
  expect(page.querySelector<HTMLInputElement>("#invite-dialog input")?.value).toBe(inviteLink.value);
});

test("a tab leads to its view without a load, and is marked as the current one", async () => {
  const page = await shown();
  page.querySelector<HTMLAnchorElement>("#to-jobs")?.click();
  await new Promise((resolve) => setTimeout(resolve));
  expect(route.value.view).toBe("jobs");
  expect(page.querySelector("main#jobs h1")?.textContent).toBe("Jobs");
  expect(page.querySelector("[aria-current=page]")?.textContent).toBe("Jobs");
});

test("the notebook stays in the page while another view is shown", async () => {
  const page = await shown();
  const cells = page.querySelector("main#notebook");
  page.querySelector<HTMLAnchorElement>("#to-swarm")?.click();
  await new Promise((resolve) => setTimeout(resolve));
  expect(page.querySelector("main#notebook")).toBe(cells);
  expect(cells?.closest("[hidden]")).not.toBeNull();
});
