import type { Hello, Holders, Signal, Welcome } from "../wire/messages.ts";
import { socketAddress } from "./addresses.ts";
import type { BlockStore } from "./block_store.ts";
import { Direct } from "./direct.ts";
import type { Moved } from "./exchange.ts";
import type { Order, Transfer } from "./fetching.ts";
import { fetchBy } from "./paths.ts";
import { Relay } from "./relay.ts";
import type { OpenSocket } from "./session.ts";

/** Whether this browser can connect to another one. */
export const canConnect = () => typeof RTCPeerConnection === "function";

/** What the ways need of the page around them. */
export interface WaysSurroundings {
  /** How the page introduced itself on its control socket. */
  hello: Hello;
  store: BlockStore;
  /** Are told of the bytes that take each way. */
  direct: Moved;
  relayed: Moved;
  send(signal: Signal): void;
  /** Whether connections may be made, and others may learn this device's address by them. */
  mayConnect: boolean;
}

/** The ways to other peers' blocks, and theirs to ours, for as long as a session: straight, and through the relay. */
export class Ways {
  private readonly relay: Relay;
  private direct: Direct;

  constructor(
    private readonly welcome: Welcome,
    private readonly around: WaysSurroundings,
    openSocket?: OpenSocket,
  ) {
    const { hello, store, relayed, mayConnect } = around;
    const relayHello: Hello = { ...hello, socket: "relay", resume: welcome.resume };
    this.relay = new Relay(socketAddress("/relay"), relayHello, store, relayed, openSocket);
    this.direct = this.newDirect(mayConnect);
  }

  /** How many peers this page is connected to, and from how many more blocks came through the relay. */
  get links(): { direct: number; relayed: number } {
    const direct = this.direct.connected;
    const relayed = [...this.relay.holders].filter((holder) => !direct.includes(holder));
    return { direct: direct.length, relayed: relayed.length };
  }

  /** Fetches blocks from one holder, by the best way that there is. */
  fetch(holder: string, orders: Order[]): Pick<Transfer, "arrivals" | "cancel"> {
    return fetchBy(this.direct, this.relay, holder, orders);
  }

  /** The person, or the swarm, wants connections or does not; those that are there end. */
  allowDirect(mayConnect: boolean): void {
    this.direct.end();
    this.direct = this.newDirect(mayConnect);
  }

  /** The coordinator tells who can be reached how. */
  learn(holders: Holders): void {
    this.direct.learn(holders);
  }

  take(signal: Signal): void {
    this.direct.take(signal);
  }

  /** Some time has passed (`Direct.tick`). */
  tick(): void {
    this.direct.tick();
  }

  end(): void {
    this.direct.end();
    this.relay.end();
  }

  private newDirect(mayConnect: boolean): Direct {
    // The operator's; none by default, so no third party's is asked.
    const iceServers = (this.welcome.ice_servers ?? []).map(([urls, username, credential]) => ({
      urls,
      username,
      credential,
    }));
    return new Direct({
      me: this.welcome.peer,
      store: this.around.store,
      moved: this.around.direct,
      send: (signal) => this.around.send(signal),
      connect: mayConnect ? () => new RTCPeerConnection({ iceServers }) : null,
    });
  }
}
