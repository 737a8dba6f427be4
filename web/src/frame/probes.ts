import type { ProbeTargets } from "./protocol.ts";

/**
 * The self-test: tries each door out of the sandbox and says which ones opened.
 *
 * It runs in the frame and in a Worker of the frame before the first task, and the page starts nothing where one door
 * opens. A door that this browser does not have counts as shut.
 */
export interface Probed {
  escaped: string[];
  refused: string[];
}

type Probe = (targets: ProbeTargets) => unknown;

/** Each probe throws, or its promise fails, where the door is shut; whatever it returns otherwise is an escape. */
const everywhere: Record<string, Probe> = {
  origin: () => (self.origin === "null" ? shut() : self.origin),
  fetch: ({ fetch: url }) => fetch(url, { mode: "no-cors", cache: "no-store" }),
  WebSocket: ({ socket }) => socketOpens(socket),
  IndexedDB: () => databaseOpens(),
  "cache storage": () => caches.open("probe"),
  "file storage": () => navigator.storage.getDirectory(),
};

const inFrame: Record<string, Probe> = {
  "the page around it": () => parent.document.title,
  "local storage": () => localStorage.length,
  cookies: () => document.cookie,
};

/** An import by the frame's own script would carry that script's nonce, so it would prove nothing there. */
const inWorker: Record<string, Probe> = {
  "import from elsewhere": ({ script }) => import(/* @vite-ignore */ script),
  WebRTC: () => ("RTCPeerConnection" in self ? true : shut()),
};

export async function probeFrame(targets: ProbeTargets): Promise<Probed> {
  return tryAll("frame", { ...everywhere, ...inFrame }, targets);
}

export async function probeWorker(targets: ProbeTargets): Promise<Probed> {
  return tryAll("worker", { ...everywhere, ...inWorker }, targets);
}

async function tryAll(where: string, probes: Record<string, Probe>, targets: ProbeTargets): Promise<Probed> {
  const opened = await Promise.all(
    Object.entries(probes).map(async ([name, probe]) => {
      try {
        await probe(targets);
        return { name: `${name} (${where})`, open: true };
      } catch {
        return { name: `${name} (${where})`, open: false };
      }
    }),
  );
  return {
    escaped: opened.filter(({ open }) => open).map(({ name }) => name),
    refused: opened.filter(({ open }) => !open).map(({ name }) => name),
  };
}

function shut(): never {
  throw new Error("shut");
}

function socketOpens(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    socket.onopen = () => {
      socket.close();
      resolve();
    };
    socket.onerror = reject;
    socket.onclose = reject;
  });
}

function databaseOpens(): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open("probe");
    request.onsuccess = () => resolve();
    request.onerror = reject;
  });
}
