import { render } from "preact";
import { inDigits, inTime } from "../../strings/amounts.ts";
import { jobs as text } from "../../strings/jobs.ts";
import { inBytes } from "../../strings.ts";
import styles from "../../style.css?inline";
import type { Job } from "../observation/shapes.ts";
import type { ObservationStore } from "../observation/store.ts";
import { Bar } from "./bar.tsx";
import { Errors } from "./errors.tsx";
import graphStyles from "./graph.css?inline";
import { Graph } from "./graph.tsx";
import jobStyles from "./jobs.css?inline";
import { How } from "./jobs_list.tsx";
import { Output } from "./output.tsx";
import reportStyles from "./report.css?inline";
import { SkewTables } from "./skew_tables.tsx";
import { Stages } from "./stages.tsx";
import { Still } from "./still.ts";
import { Story } from "./story.tsx";
import timelineStyles from "./timeline.css?inline";
import { Timeline } from "./timeline.tsx";

/**
 * A finished job as one HTML file: no script in it and nothing loaded, so it opens anywhere, also years later.
 *
 * The law: strangers' words are text in it. They become text nodes and attribute values of a document that the browser
 * itself writes out as HTML; no string is put together here. Its policy forbids scripts and connections besides.
 */
export function report(store: ObservationStore, job: Job, swarm: string, now: Date): string {
  const made = document.implementation.createHTMLDocument(text.title(job.action, job.call_site));
  made.documentElement.lang = "en";
  meta(made, { charset: "utf-8" });
  meta(made, { "http-equiv": "Content-Security-Policy", content: "default-src 'none'; style-src 'unsafe-inline'" });
  meta(made, { name: "viewport", content: "width=device-width, initial-scale=1" });
  meta(made, { name: "color-scheme", content: "light dark" });
  const style = made.createElement("style");
  style.textContent = [styles, jobStyles, timelineStyles, graphStyles, reportStyles].join("");
  made.head.append(style);
  const body = document.createElement("main");
  render(
    <Still.Provider value={true}>
      <Report store={store} job={job} swarm={swarm} now={now} />
    </Still.Provider>,
    body,
  );
  made.body.append(made.importNode(body, true));
  render(null, body);
  return `<!doctype html>\n${made.documentElement.outerHTML}\n`;
}

function meta(made: Document, attributes: Record<string, string>): void {
  const element = made.createElement("meta");
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  made.head.append(element);
}

function Report({ store, job, swarm, now }: { store: ObservationStore; job: Job; swarm: string; now: Date }) {
  return (
    <article class="job-page report">
      <p class="brand">tabswarm</p>
      <h1>
        <bdi>{text.title(job.action, job.call_site)}</bdi>
      </h1>
      <p class="soft">
        <bdi>{[job.program, swarm && text.report.over(swarm)].filter(Boolean).join(" · ")}</bdi>
      </p>
      <p>
        <strong>{text.states[job.state] ?? job.state}</strong> · <How job={job} store={store} />
      </p>
      <Bar {...job} label={text.progress} />
      <Story store={store} id={job.id} />
      <Errors store={store} />
      <Stages store={store} id={job.id} />
      <h2>{text.timeline}</h2>
      <Timeline store={store} origin={job.submitted} ended={job.ended} />
      <h2>{text.graph}</h2>
      <Graph store={store} />
      <h2>{text.skew}</h2>
      <SkewTables store={store} />
      <Output store={store} job={job.id} />
      <h2>{text.attempts}</h2>
      <Attempts store={store} />
      <p class="soft">{text.report.made(now.toISOString().slice(0, 16).replace("T", " "))}</p>
    </article>
  );
}

function Attempts({ store }: { store: ObservationStore }) {
  return (
    <div class="scrolls">
      <table>
        <thead>
          <tr>
            {text.attemptColumns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {[...store.detail.attempts()].map((each) => (
            <tr key={`${each.task}.${each.attempt}`}>
              <td>{`${each.task}.${each.attempt}`}</td>
              <td>{each.partition}</td>
              <td>
                <bdi>{store.comings.nameOf(each.volunteer)}</bdi>
              </td>
              <td>{text.reasons[each.reason]}</td>
              <td>{inTime(each.fetching * 1000)}</td>
              <td>{inTime(each.seconds * 1000)}</td>
              <td>{inDigits(each.rows)}</td>
              <td>{inBytes(each.written)}</td>
              <td>{text.outcomes[each.outcome]}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
