import { signal } from "@preact/signals";
import type { Device } from "./rules.ts";

/** The Battery Status API, which the DOM's types leave out for its rarity (Chromium alone, on secure origins). */
interface Battery extends EventTarget {
  level: number;
  charging: boolean;
}

/** The Network Information API: Chromium alone; `type` on phones. */
interface Connection extends EventTarget {
  saveData?: boolean;
  type?: string;
}

type Told = Navigator & { getBattery?(): Promise<Battery>; connection?: Connection };

/** What the device says of itself, kept up to date by `watchDevice`. */
export const device = signal<Device>({ battery: null, hidden: false, metered: null });

/** Follows battery, network and visibility for as long as the page is there. Events drive it, no timer. */
export async function watchDevice(scope: Pick<Window, "navigator" | "document"> = window): Promise<void> {
  const { document } = scope;
  const navigator = scope.navigator as Told;
  const follow = (source: EventTarget, events: string[], read: () => Partial<Device>) => {
    const update = () => {
      device.value = { ...device.value, ...read() };
    };
    for (const event of events) source.addEventListener(event, update);
    update();
  };
  follow(document, ["visibilitychange"], () => ({ hidden: document.visibilityState === "hidden" }));
  const { connection } = navigator;
  if (connection) follow(connection, ["change"], () => ({ metered: isMetered(connection) }));
  try {
    const battery = await navigator.getBattery?.();
    if (battery)
      follow(battery, ["levelchange", "chargingchange"], () => ({
        battery: { level: battery.level, charging: battery.charging },
      }));
  } catch {
    // The browser has the function and forbids its use here: as where it has none.
  }
}

function isMetered({ saveData, type }: Connection): boolean {
  return Boolean(saveData) || type === "cellular";
}
