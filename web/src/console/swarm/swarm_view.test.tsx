// @vitest-environment happy-dom
import { render } from "preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { MadeUpSwarm } from "../../../tests/made_up_swarm.ts";
import type { FromDriver, ToDriver } from "../../wire/messages.ts";
import { store } from "../observation/live.ts";
import { inviteLink, line, swarmTitle } from "../state.ts";
import { hearInvitation, invitationMessage, isRevoked } from "./invitation.ts";
import { squares } from "./qr.tsx";
import { SwarmStrip, SwarmView } from "./swarm_view.tsx";

const LINK = "https://swarm.example/join#abcdefghijklmnop";
let said: FromDriver[] = [];
let tell: (message: ToDriver) => void = () => {};

beforeEach(() => {
  said = [];
  line.value = {
    say: (message) => said.push(message),
    hear: (listener) => {
      tell = listener;
      return () => {};
    },
  };
  hearInvitation(line.value);
  tell({ type: "Invitation", link: LINK, title: "Class 3b", message: "" });
});

afterEach(() => {
  store.apply({ type: "Observation", now: 1, fresh: true });
  store.comings.latest.value = [];
  inviteLink.value = swarmTitle.value = invitationMessage.value = "";
  isRevoked.value = false;
  line.value = null;
});

async function shown(view = <SwarmView />): Promise<HTMLElement> {
  const root = document.createElement("main");
  document.body.replaceChildren(root);
  render(view, root);
  await drawn();
  return root;
}

async function drawn(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
}

function button(page: HTMLElement, words: string): HTMLButtonElement {
  const found = [...page.querySelectorAll("button")].find(({ textContent }) => textContent === words);
  if (!found) throw new Error(`no button ${words}`);
  return found;
}

test("with nobody there it says plainly how to get a volunteer", async () => {
  store.apply(new MadeUpSwarm({ volunteers: 0, tasks: 0 }).whole());
  const page = await shown();
  expect(page.querySelector(".status")?.textContent).toContain("No volunteer is here yet");
  const add = page.querySelector<HTMLAnchorElement>("a.add-tab");
  expect([add?.href, add?.target, add?.rel]).toEqual([LINK, "_blank", "noopener noreferrer"]);
  expect((await shown(<SwarmStrip />)).textContent).toContain("No volunteer yet");
});

test("each volunteer is told with what it computes, its slots, blocks, speed and ways", async () => {
  store.apply(new MadeUpSwarm({ volunteers: 3, tasks: 0 }).whole());
  const page = await shown();
  const row = page.querySelector("[data-volunteer=p2]")?.textContent;
  expect(row).toContain("Tab 2Tab · Python 3.14.0");
  expect(row).toContain("Workingpartition 1, reduceByKey at cell 3:4");
  expect(row).toMatch(/2\/2.*MB4 blocks.*rows\/s5 tasks.*% direct/);
  expect(page.querySelector("dl")?.textContent).toContain("Slots busy6 of 6");
});

test("a volunteer that goes leaves its row and is named once", async () => {
  const swarm = new MadeUpSwarm({ volunteers: 3, tasks: 0 });
  store.apply(swarm.whole());
  store.comings.latest.value = [];
  const page = await shown();
  store.apply(swarm.loses(1));
  await drawn();
  expect(page.querySelector("[data-volunteer=p2]")).toBeNull();
  expect(page.querySelector("[aria-live=polite].lately")?.textContent).toBe("Tab 2 left");
});

test("of two hundred volunteers only those in sight are drawn", async () => {
  store.apply(new MadeUpSwarm({ volunteers: 200, tasks: 0 }).whole());
  const page = await shown();
  expect(page.querySelectorAll("[data-volunteer]").length).toBeLessThan(70);
  expect(page.querySelector("[role=table]")?.getAttribute("aria-rowcount")).toBe("201");
  expect(page.querySelector(".windowed")?.getAttribute("tabindex")).toBe("0");
});

test("what volunteers can see is said where one shares", async () => {
  expect((await shown()).querySelector(".secrecy")?.textContent).toContain(
    "A volunteer sees the code of your jobs and the records of the partitions",
  );
});

test("the link is made anew only after it was said what happens then", async () => {
  const page = await shown();
  button(page, "New link …").click();
  await drawn();
  expect(page.querySelector("[role=alertdialog]")?.textContent).toContain("the old one stops working");
  expect(document.activeElement?.textContent).toBe("Keep it");
  expect(said).toEqual([]);
  button(page, "Make a new link").click();
  expect(said).toEqual([{ type: "RotateInvite" }]);
});

test("Escape takes the question back", async () => {
  const page = await shown();
  button(page, "Revoke …").click();
  await drawn();
  document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
  await drawn();
  expect([page.querySelector("[role=alertdialog]"), said]).toEqual([null, []]);
});

test("a revoked link is told as such, and can be replaced", async () => {
  tell({ type: "Invitation", link: "", title: "Class 3b", message: "" });
  const page = await shown();
  expect(page.textContent).toContain("The invite link was revoked");
  expect(page.querySelector("a.add-tab")).toBeNull();
  button(page, "Make a new link").click();
  expect(said).toEqual([{ type: "RotateInvite" }]);
});

test("title and message are sent as typed, and what the coordinator tells meanwhile does not overwrite them", async () => {
  const page = await shown();
  const title = page.querySelector<HTMLInputElement>(".words input");
  if (!title) throw new Error("no title");
  title.value = "Class 3c";
  title.dispatchEvent(new InputEvent("input", { bubbles: true }));
  await drawn();
  tell({ type: "Invitation", link: LINK, title: "Class 3b", message: "For biology." });
  await drawn();
  expect(title.value).toBe("Class 3c");
  page.querySelector("form")?.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
  expect(said).toEqual([{ type: "SetInvitation", title: "Class 3c", message: "" }]);
});

test("copying says that it worked, or that one has to do it oneself", async () => {
  const page = await shown();
  const written = vi.fn(async () => {});
  vi.stubGlobal("navigator", { clipboard: { writeText: written } });
  button(page, "Copy").click();
  await vi.waitFor(() => expect(page.textContent).toContain("Copied"));
  expect(written).toHaveBeenCalledWith(LINK);
  vi.stubGlobal("navigator", { clipboard: { writeText: () => Promise.reject(new Error("denied")) } });
  button(page, "Copied").click();
  await vi.waitFor(() => expect(page.textContent).toContain("copy it with Ctrl+C"));
  vi.unstubAllGlobals();
});

test("the QR code has the quiet zone that readers need", () => {
  const { size, path } = squares(LINK);
  const places = [...path.matchAll(/M(\d+) (\d+)/g)].flatMap(([, x, y]) => [Number(x), Number(y)]);
  expect([Math.min(...places), Math.max(...places)]).toEqual([4, size - 5]);
});
