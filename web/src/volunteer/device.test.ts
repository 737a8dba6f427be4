import { afterEach, expect, test } from "vitest";
import { device, watchDevice } from "./device.ts";

afterEach(() => {
  device.value = { battery: null, hidden: false, metered: null };
});

class Told extends EventTarget {
  constructor(facts: object) {
    super();
    Object.assign(this, facts);
  }

  tell(event: string, facts: object): void {
    Object.assign(this, facts);
    this.dispatchEvent(new Event(event));
  }
}

test("battery, network and visibility are followed as they change", async () => {
  const document = new Told({ visibilityState: "visible" });
  const battery = new Told({ level: 0.8, charging: true });
  const connection = new Told({ saveData: false, type: "wifi" });
  const navigator = { getBattery: async () => battery, connection };
  await watchDevice({ document, navigator } as unknown as Window);
  expect(device.value).toEqual({ battery: { level: 0.8, charging: true }, hidden: false, metered: false });
  document.tell("visibilitychange", { visibilityState: "hidden" });
  battery.tell("chargingchange", { charging: false });
  battery.tell("levelchange", { level: 0.2 });
  connection.tell("change", { type: "cellular" });
  expect(device.value).toEqual({ battery: { level: 0.2, charging: false }, hidden: true, metered: true });
  connection.tell("change", { type: "wifi", saveData: true });
  expect(device.value.metered).toBe(true);
});

test("what a browser cannot or will not tell stays unknown", async () => {
  const document = new Told({ visibilityState: "visible" });
  const refused = async () => {
    throw new DOMException("not here", "NotAllowedError");
  };
  await watchDevice({ document, navigator: { getBattery: refused } } as unknown as Window);
  expect(device.value).toEqual({ battery: null, hidden: false, metered: null });
});
