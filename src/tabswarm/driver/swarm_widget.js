// Draws the news of a swarm in a notebook. Everything in them is text of somebody's: it goes into text nodes and
// attributes that no script reads, never into markup.

const WORDS = {
  volunteers: (count, slots) =>
    `${count} ${count === 1 ? "volunteer" : "volunteers"}, ${slots} ${slots === 1 ? "task" : "tasks"} at a time`,
  nobody: "Nobody is here yet. Share the link: whoever opens it and presses Start computes for you.",
  alone: "Nobody is here yet.",
  who: "Volunteers",
  columns: ["Name", "Kind", "Slots", "Tasks done"],
  more: (count) => `and ${count} more`,
  jobs: "Running jobs",
  idle: "No job runs.",
  of: (done, total) => `${done} of ${total} tasks`,
  invite: "Invite link",
  copy: "Copy",
  copied: "Copied",
  qr: "QR code of the invite link",
};
const SVG = "http://www.w3.org/2000/svg";
const FOLDED_ABOVE = 8;

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  made.append(...children);
  return made;
}

function volunteersOf(news) {
  if (news.count === 0) return [element("p", {}, news.invite ? WORDS.nobody : WORDS.alone)];
  const head = element("tr", {}, ...WORDS.columns.map((title) => element("th", { scope: "col" }, title)));
  const rows = news.volunteers.map((one) =>
    element("tr", {}, ...[one.name, one.kind, one.slots, one.tasks].map((value) => element("td", {}, String(value)))),
  );
  const more = news.count - news.volunteers.length;
  const table = element("table", { "aria-label": WORDS.who }, element("thead", {}, head), element("tbody", {}, ...rows));
  const list = element("details", {}, element("summary", {}, WORDS.who), table);
  if (more > 0) list.append(element("p", {}, WORDS.more(more)));
  list.open = news.count <= FOLDED_ABOVE;
  return [list];
}

function barOf(job) {
  const bar = element("progress", { "aria-label": job.name });
  if (job.total > 0) {
    bar.max = job.total;
    bar.value = job.done;
  }
  const state = job.total > 0 ? `${WORDS.of(job.done, job.total)}, ${job.state}` : job.state;
  return element("li", {}, element("span", { class: "tabswarm-job" }, job.name), bar, element("small", {}, state));
}

function pictureOf(rows) {
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("viewBox", `0 0 ${rows.length} ${rows.length}`);
  picture.setAttribute("role", "img");
  picture.setAttribute("aria-label", WORDS.qr);
  const path = document.createElementNS(SVG, "path");
  const dark = rows.flatMap((row, y) => [...row].map((bit, x) => (bit === "1" ? `M${x} ${y}h1v1h-1z` : "")));
  path.setAttribute("d", dark.join(""));
  picture.append(path);
  return picture;
}

function invitationOf(news) {
  const link = element("input", { readonly: "", value: news.invite, "aria-label": WORDS.invite });
  const copy = element("button", { type: "button" }, WORDS.copy);
  copy.addEventListener("click", async () => {
    link.select();
    await navigator.clipboard?.writeText(news.invite);
    copy.textContent = WORDS.copied;
  });
  const box = element("div", { class: "tabswarm-invite" }, element("span", {}, WORDS.invite), link, copy);
  if (news.qr.length > 0) box.append(element("details", {}, element("summary", {}, WORDS.qr), pictureOf(news.qr)));
  return box;
}

/** The parts that change now and then are made anew only when they do, so that what somebody folds out stays so. */
function swarmPartOf(news) {
  return [
    element("strong", {}, news.title),
    element("p", { "aria-live": "polite" }, news.ended || WORDS.volunteers(news.count, news.slots)),
    ...(news.ended ? [] : volunteersOf(news)),
    ...(news.invite && !news.ended ? [invitationOf(news)] : []),
  ];
}

function render({ model, el }) {
  const swarm = element("div");
  const jobs = element("ul", { "aria-label": WORDS.jobs });
  el.classList.add("tabswarm");
  el.append(swarm, jobs);
  let shown = "";
  const draw = () => {
    const news = model.get("news");
    if (news.title !== undefined) {
      const { jobs: _, ...still } = news;
      if (JSON.stringify(still) !== shown) swarm.replaceChildren(...swarmPartOf(news));
      shown = JSON.stringify(still);
    }
    const idle = news.title !== undefined && !news.ended ? [element("li", {}, WORDS.idle)] : [];
    jobs.replaceChildren(...(news.jobs.length > 0 ? news.jobs.map(barOf) : idle));
  };
  model.on("change:news", draw);
  draw();
  return () => model.off("change:news", draw);
}

export default { render };
