import { inDigits } from "../../strings/amounts.ts";
import { comingsAndGoings, invitation, swarm as text } from "../../strings/swarm.ts";
import { inBytes } from "../../strings.ts";
import { Figures } from "../lists/figures.tsx";
import { store } from "../observation/live.ts";
import { go, write } from "../route.ts";
import { inviteLink } from "../state.ts";
import { Dots } from "./dots.tsx";
import { InvitePanel } from "./invite_panel.tsx";
import { totalsOf } from "./totals.ts";
import { VolunteerTable } from "./volunteer_table.tsx";

/** Who is in the swarm, what each does, and how to bring more. */
export function SwarmView() {
  const count = store.volunteers.ids.value.length;
  return (
    <div class="swarm-view">
      <section aria-labelledby="volunteers-heading">
        <div class="row heading">
          <h1 id="volunteers-heading">{text.heading}</h1>
          <AddTab />
        </div>
        {count > 0 && <Totals />}
        <Lately />
        {count > 0 ? <VolunteerTable store={store} /> : <Nobody />}
      </section>
      <section class="invite-beside" aria-labelledby="invitation-heading">
        <h2 id="invitation-heading">{invitation.heading}</h2>
        <InvitePanel />
      </section>
    </div>
  );
}

/** The same at a glance, beside the notebook. */
export function SwarmStrip() {
  const count = store.volunteers.ids.value.length;
  return (
    <section class="swarm-strip" aria-label={text.stripLabel}>
      <h2>
        <a href={`/console${write({ view: "swarm", job: "" })}`} title={text.toSwarm} onClick={follow}>
          {count > 0 ? text.volunteers(count) : text.heading}
        </a>
      </h2>
      {count > 0 ? <Busy /> : <p class="soft">{store.complete.value ? text.noneShort : text.looking}</p>}
      <Lately most={2} />
      <AddTab />
    </section>
  );
}

/** A plain click stays in this page; with a key held it is the browser's. */
function follow(event: MouseEvent): void {
  if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  go("swarm");
}

function Busy() {
  const { busy, slots } = totalsOf(store);
  return (
    <>
      <Dots store={store} />
      <p class="soft">{text.stripBusy(busy, slots)}</p>
    </>
  );
}

function Totals() {
  const totals = totalsOf(store);
  const moved = totals.direct + totals.relayed;
  const rows: [label: string, value: string][] = [
    [text.totals.volunteers, inDigits(totals.volunteers)],
    [text.totals.slots, text.busyOf(totals.busy, totals.slots)],
    [text.totals.held, text.holds(totals.blocks, inBytes(totals.held))],
    [text.totals.done, inDigits(totals.done)],
    [text.totals.moved, moved > 0 ? text.share(totals.direct / moved, inBytes(moved)) : text.nothingMoved],
  ];
  return <Figures rows={rows} label={text.totalsLabel} />;
}

/** Who came and went in the last while, told once and politely. */
function Lately({ most = 6 }: { most?: number }) {
  const latest = store.comings.latest.value.slice(0, most);
  const names = (came: boolean) => latest.filter((each) => each.came === came).map(({ name }) => name);
  return (
    <p class="lately soft" aria-live="polite">
      <bdi>{comingsAndGoings(names(true), names(false))}</bdi>
    </p>
  );
}

function Nobody() {
  if (!store.complete.value) return <p class="soft">{text.looking}</p>;
  return (
    <div class="status">
      <strong>{text.none}</strong>
      <span>{text.noneMore}</span>
    </div>
  );
}

function AddTab() {
  const link = inviteLink.value;
  if (!link) return null;
  return (
    <a class="button add-tab" href={link} target="_blank" rel="noopener noreferrer" title={text.addTabMore}>
      {text.addTab}
    </a>
  );
}
