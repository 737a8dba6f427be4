import { volunteer } from "../strings.ts";
import type { Phase, Shown } from "./state.ts";

/** What the page says at a moment: one line, perhaps a second one, and how it looks. */
export interface Words {
  line: string;
  more: string;
  look: "quiet" | "busy" | "good" | "trouble";
}

const text = volunteer.state;

/** The state in plain words. */
export function wordsFor(phase: Phase, tasks: readonly Shown[], tasksDone: number): Words {
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
      if (tasks.some(({ state }) => state === "running")) return { line: text.computing, more: "", look: "good" };
      if (tasks.length > 0) return { line: text.fetching, more: "", look: "busy" };
      return { line: text.waiting, more: text.waitingMore, look: "quiet" };
    case "gone":
      return { line: text.gone, more: text.goneMore, look: "trouble" };
    case "leaving":
      return { line: text.leaving, more: "", look: "busy" };
    case "finishing":
      return { line: text.finishing, more: text.finishingMore, look: "busy" };
    case "left":
      if (phase.leftBehind === 0) return { line: text.finished, more: text.finishedMore, look: "good" };
      if (phase.leftBehind) return { line: text.finished, more: text.finishedBehind(phase.leftBehind), look: "quiet" };
      return { line: text.left, more: tasksDone > 0 ? text.leftMore : text.leftUnused, look: "quiet" };
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
