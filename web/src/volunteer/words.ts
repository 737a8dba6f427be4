import { volunteer } from "../strings.ts";
import type { Reason } from "./rules.ts";
import type { Phase, Shown } from "./state.ts";

/** What the page says at a moment: one line, perhaps a second one, and how it looks. */
export interface Words {
  line: string;
  more: string;
  look: "quiet" | "busy" | "good" | "trouble";
}

/** What the words depend on besides the phase. */
export interface Circumstances {
  tasks: readonly Shown[];
  pausedBy: readonly Reason[];
  held: number;
  resting: number;
  load: number;
}

const text = volunteer.state;

/** The state in plain words. */
export function wordsFor(phase: Phase, around: Circumstances): Words {
  switch (phase.is) {
    case "connecting":
      return { line: text.connecting, more: "", look: "busy" };
    case "invited":
      return { line: text.invited, more: "", look: "quiet" };
    case "sealing":
      return { line: text.sealing, more: "", look: "busy" };
    case "starting":
      return { line: text.starting, more: "", look: "busy" };
    case "working":
      return around.pausedBy.length > 0 ? whenPaused(around) : whenWorking(around);
    case "gone":
      return { line: text.gone, more: text.goneMore, look: "trouble" };
    case "leaving":
      return { line: text.leaving, more: "", look: "busy" };
    case "finishing":
      return { line: text.finishing, more: text.finishingMore, look: "busy" };
    case "left":
      return whenLeft(phase);
    case "no-invite":
      return { line: text.noInvite, more: text.noInviteMore, look: "trouble" };
    case "refused":
      if (phase.code === "version") return { line: text.version, more: text.versionMore, look: "trouble" };
      if (phase.code === "wrong_role") return { line: text.wrongRole, more: text.wrongRoleMore, look: "trouble" };
      return { line: text.refused, more: text.refusedMore, look: "trouble" };
    case "cannot-sandbox":
      return { line: text.cannotSandbox, more: text.cannotSandboxMore(phase.escaped.join(", ")), look: "trouble" };
    case "cannot-start":
      return { line: text.cannotStart, more: text.cannotStartMore(phase.reason), look: "trouble" };
    case "unsupported":
      return { line: text.unsupported, more: text.unsupportedMore(phase.what), look: "trouble" };
  }
}

function whenWorking({ tasks, resting, load }: Circumstances): Words {
  if (tasks.some(({ state }) => state === "running")) return { line: text.computing, more: "", look: "good" };
  if (resting > 0) return { line: text.resting, more: text.restingMore(load), look: "quiet" };
  if (tasks.length > 0) return { line: text.fetching, more: "", look: "busy" };
  return { line: text.waiting, more: text.waitingMore, look: "quiet" };
}

/** The first reason in full, the others in brief, and what goes on all the same. */
function whenPaused({ tasks, pausedBy, held }: Circumstances): Words {
  const { paused } = volunteer;
  const [first, ...others] = pausedBy as [Reason, ...Reason[]];
  const line = first.by === "battery" ? paused.by.battery(first.below) : paused.by[first.by];
  const running = tasks.filter(({ state }) => state === "running").length;
  const more = [
    running > 0 ? paused.running(running) : held > 0 ? paused.held : paused.idle,
    others.length > 0 && paused.and(others.map(({ by }) => paused.also[by]).join(", ")),
    pausedBy.every(({ by }) => by !== "person") && paused.byItself,
  ];
  return { line, more: more.filter(Boolean).join(" "), look: running > 0 ? "busy" : "quiet" };
}

function whenLeft({ leftBehind, cap }: Extract<Phase, { is: "left" }>): Words {
  if (leftBehind === 0) return { line: text.finished, more: text.finishedMore, look: "good" };
  if (leftBehind) return { line: text.finished, more: text.finishedBehind(leftBehind), look: "quiet" };
  const more = text.leftMore;
  if (cap !== undefined) return { line: text.leftCap(volunteer.rules.megabytes(cap)), more, look: "quiet" };
  return { line: text.left, more, look: "quiet" };
}
