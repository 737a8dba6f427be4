// A WebSocket whose other end is the test.
import { decodeMessage, encodeMessage, type Tagged } from "../src/wire/codec.ts";

export class FakeSocket {
  readyState = 0;
  binaryType = "";
  sent: Tagged[] = [];
  closedWith: number | undefined;
  onopen = () => {};
  onmessage = (_: { data: unknown }) => {};
  onclose = (_: { code: number; reason: string }) => {};

  send(bytes: Uint8Array): void {
    this.sent.push(decodeMessage(bytes));
  }

  close(code: number): void {
    this.closedWith = code;
    this.readyState = 3;
  }

  open(): void {
    this.readyState = 1;
    this.onopen();
  }

  say(message: Tagged): void {
    this.onmessage({ data: encodeMessage(message).slice().buffer });
  }

  drop(code = 1006, reason = ""): void {
    this.readyState = 3;
    this.onclose({ code, reason });
  }
}

/** Sockets as a page opens them, each kept with where it went. */
export function fakeSockets() {
  const sockets: FakeSocket[] = [];
  const open = (url: string): WebSocket => {
    const socket = Object.assign(new FakeSocket(), { url });
    sockets.push(socket);
    return socket as unknown as WebSocket;
  };
  return { sockets, open, latest: () => sockets.at(-1) as FakeSocket };
}
