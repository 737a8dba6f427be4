import { signal } from "@preact/signals";

/**
 * What the person chose of how this device helps. Kept on the device, for all swarms of this address, and told to
 * nobody: the coordinator hears of what follows from it (slots, memory, how the tab can be reached) and no more.
 */
export interface Choices {
  /** Workers at most; 0: all cores but one. */
  cores: number;
  /** Percent of the time that each Worker may compute. */
  load: number;
  relayOnly: boolean;
  /** Pause while on battery below so many percent; 0: never; 101: always while on battery. */
  battery: number;
  /** Pause while the tab is hidden. */
  hidden: boolean;
  /** Pause while the network is metered. */
  metered: boolean;
  /** Megabytes of blocks that may move in all, both ways, until the tab stops; 0: any. */
  dataCap: number;
  /** Megabytes of blocks held in memory; 0: an eighth of the device's. */
  memory: number;
  /** Keep the screen on while the tab computes. */
  awake: boolean;
}

const KEY = "tabswarm-choices";

/** What is offered for each choice that is one of a few. */
export const OFFERED = {
  load: [10, 20, 30, 40, 50, 60, 70, 80, 90, 100],
  battery: [0, 20, 30, 50, 80, 101],
  dataCap: [0, 100, 250, 500, 1000, 5000],
  memory: [0, 64, 128, 256, 512, 1024, 2048],
} as const;

/** Before the person chose anything. A phone in a pocket should not compute, so there a hidden tab pauses. */
export function defaults(isPhone: boolean): Choices {
  return {
    cores: 0,
    load: 100,
    relayOnly: false,
    battery: 30,
    hidden: isPhone,
    metered: true,
    dataCap: 0,
    memory: 0,
    awake: false,
  };
}

/** What was kept, as far as it makes sense; the rest is as by default. */
export function readChoices(kept: string | null, otherwise: Choices): Choices {
  let found: unknown;
  try {
    found = JSON.parse(kept ?? "");
  } catch {
    return otherwise;
  }
  if (typeof found !== "object" || found === null) return otherwise;
  const entries = Object.entries(otherwise).map(([name, value]) => {
    const candidate = (found as Record<string, unknown>)[name];
    return [name, makesSense(name as keyof Choices, candidate) ? candidate : value];
  });
  return Object.fromEntries(entries) as Choices;
}

function makesSense(name: keyof Choices, value: unknown): boolean {
  switch (name) {
    case "load":
    case "battery":
    case "dataCap":
    case "memory":
      return (OFFERED[name] as readonly unknown[]).includes(value);
    case "cores":
      return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 1024;
    default:
      return typeof value === "boolean";
  }
}

/** Whether this is a phone or a tablet, as far as a page can tell. */
export function isPhone(scope: Pick<Window, "navigator" | "matchMedia"> = window): boolean {
  const { userAgentData } = scope.navigator as { userAgentData?: { mobile?: boolean } };
  if (userAgentData?.mobile !== undefined) return userAgentData.mobile;
  return scope.matchMedia("(pointer: coarse) and (hover: none)").matches;
}

/** The choices as they stand. Pages read it; `choose` changes it. */
export const choices = signal<Choices>(defaults(false));

/** Takes up what was kept on this device. */
export function recallChoices(scope: Pick<Window, "localStorage" | "navigator" | "matchMedia"> = window): void {
  let kept: string | null = null;
  try {
    kept = scope.localStorage.getItem(KEY);
  } catch {
    // Storage is off in this browser: the defaults, each time.
  }
  choices.value = readChoices(kept, defaults(isPhone(scope)));
}

/** The person chose something; it is kept where the browser keeps anything. */
export function choose(change: Partial<Choices>, scope: Pick<Window, "localStorage"> = window): void {
  choices.value = { ...choices.value, ...change };
  try {
    scope.localStorage.setItem(KEY, JSON.stringify(choices.value));
  } catch {
    // Storage is off in this browser, or full: the choice holds until the tab is closed.
  }
}
