/**
 * Two tabs of one origin, `?me=a&to=b` and `?me=b&to=a`, for benchmarks/direct.py: how fast a block goes from one to the
 * other by the way of src/peer, and how fast the same bytes go over a bare data channel.
 */
import { BlockStore } from "../src/peer/block_store.ts";
import { Direct } from "../src/peer/direct.ts";
import type { BlockId, Signal } from "../src/wire/messages.ts";

const query = new URLSearchParams(location.search);
const me = query.get("me") ?? "";
const to = query.get("to") ?? "";
const id: BlockId = ["a1", "rdd", 1, 0, 0];

const signals = new BroadcastChannel("signals");
const store = new BlockStore(2 ** 31);
store.passes.learn("a1", "sesame");
const nothing = { received: () => {}, served: () => {} };
const send = (signal: Signal) => signals.postMessage({ from: me, signal });
const direct = new Direct({ me, store, moved: nothing, send, connect: () => new RTCPeerConnection() });
direct.learn({ type: "Holders", holders: [[to, "tab", "", ["webrtc"], "", "", "", ""]] });
signals.onmessage = ({ data: { from, signal } }) => {
  if (signal.peer === me) direct.take({ ...signal, peer: from });
};

/** Puts a block of so many bytes into this tab's store. */
function hold(size: number): void {
  store.put([{ id, data: new Uint8Array(size).fill(7), sizes: [size], hashes: new Uint8Array(16) }]);
}

/** Fetches that block from the other tab; gives the seconds it took. */
async function fetchBlock(size: number): Promise<number> {
  const carrier = await direct.reach(to);
  if (!carrier) throw new Error("there is no direct way");
  const began = performance.now();
  const [arrival] = await carrier.fetch(to, [{ block: id, segments: null, limit: size }]).arrivals;
  if (arrival?.data.length !== size || arrival.data[size - 1] !== 7) throw new Error("not all of the block came");
  return (performance.now() - began) / 1000;
}

// The bare channel: nothing but 64 KiB messages, as many as the buffer takes. Only how it is opened is shared work.
const bareSignals = new BroadcastChannel("bare");
const bare = new RTCPeerConnection();
const channel = bare.createDataChannel("bare", { negotiated: true, id: 0 });
const candidates: RTCIceCandidateInit[] = [];
const tell = (message: object) => bareSignals.postMessage({ from: me, ...message });
let received = 0;
let due: { bytes: number; began: number; done(seconds: number): void } | null = null;
channel.binaryType = "arraybuffer";
channel.onmessage = ({ data }) => {
  if (typeof data === "string") return void blast(Number(data));
  received += data.byteLength;
  if (due && received >= due.bytes) due.done((performance.now() - due.began) / 1000);
};
bare.onicecandidate = ({ candidate }) => candidate && tell({ candidate: candidate.toJSON() });
bareSignals.onmessage = async ({ data: { from, description, candidate } }) => {
  if (from === me) return;
  if (candidate && !bare.remoteDescription) candidates.push(candidate);
  else if (candidate) await bare.addIceCandidate(candidate);
  if (!description) return;
  await bare.setRemoteDescription(description);
  for (const early of candidates.splice(0)) await bare.addIceCandidate(early);
  if (description.type === "answer") return;
  await bare.setLocalDescription();
  tell({ description: bare.localDescription?.toJSON() });
};

/** Opens the bare channel from this side. */
async function openBare(): Promise<void> {
  await bare.setLocalDescription();
  tell({ description: bare.localDescription?.toJSON() });
  while (channel.readyState !== "open") await new Promise((resolve) => setTimeout(resolve, 10));
}

async function blast(bytes: number): Promise<void> {
  const message = new Uint8Array(64 * 1024);
  channel.bufferedAmountLowThreshold = 2 ** 18;
  for (let sent = 0; sent < bytes; sent += message.length) {
    if (channel.bufferedAmount > 2 ** 20 - message.length)
      await new Promise((resolve) => {
        channel.onbufferedamountlow = resolve;
      });
    channel.send(message);
  }
}

/** Has the other tab send so many bytes over the bare channel; gives the seconds it took. */
function fetchBare(bytes: number): Promise<number> {
  return new Promise((done) => {
    received = 0;
    due = { bytes, began: performance.now(), done };
    channel.send(String(bytes));
  });
}

Object.assign(globalThis, { hold, fetchBlock, openBare, fetchBare });
