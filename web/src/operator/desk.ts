import { signal } from "@preact/signals";
import { OPERATOR, type OpenSocket, Session } from "../peer/session.ts";
import type { FromOperator, SwarmMade, SwarmReport, ToOperator } from "../wire/messages.ts";
import { PROTOCOL } from "../wire/messages.ts";

export type DeskState =
  | { is: "no-link" }
  | { is: "connecting" }
  | { is: "open" }
  | { is: "gone" }
  | { is: "refused"; reason: string };

/** A swarm that was made here, with its links: they are told once, and are gone with this page. */
export interface Made {
  title: string;
  driverLink: string;
  inviteLink: string;
}

export const state = signal<DeskState>({ is: "connecting" });
export const swarms = signal<readonly SwarmReport[]>([]);
/** The newest first. */
export const made = signal<readonly Made[]>([]);
/** Why the last swarm was not made, or empty. */
export const notMade = signal("");

/** The operator's session with the coordinator. */
export class Desk {
  private readonly session: Session<ToOperator, FromOperator>;
  private readonly asked = new Map<number, string>();
  private request = 0;

  /** `refused` is told that the token opens nothing. */
  constructor(token: string, url: string, refused: () => void, openSocket?: OpenSocket) {
    this.session = new Session<ToOperator, FromOperator>(
      OPERATOR,
      url,
      {
        hello: () => ({
          type: "Hello",
          token,
          role: "operator",
          protocol: PROTOCOL,
          version: "",
          python: "",
          kind: "operator",
        }),
        opened: () => {
          state.value = { is: "open" };
        },
        message: (message) => this.take(message),
        broken: () => {
          this.asked.clear();
          state.value = { is: "gone" };
        },
        refused: ({ reason }) => {
          state.value = { is: "refused", reason };
          refused();
        },
      },
      openSocket,
    );
    this.session.connect();
  }

  /** Asks for a swarm of that title. */
  make(title: string): void {
    notMade.value = "";
    this.asked.set(++this.request, title);
    this.session.send({ type: "NewSwarm", request: this.request, title });
  }

  private take(message: ToOperator): void {
    if (message.type === "Swarms") swarms.value = message.swarms;
    else if (message.type === "SwarmMade") this.note(message);
    else if (message.type === "Refused") notMade.value = message.reason;
  }

  private note({ request, driver_link, invite_link }: SwarmMade): void {
    const title = this.asked.get(request) ?? "";
    this.asked.delete(request);
    made.value = [{ title, driverLink: driver_link, inviteLink: invite_link }, ...made.value];
  }
}
