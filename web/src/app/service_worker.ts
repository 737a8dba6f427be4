// The installed app's service worker. It keeps files that carry the hash of their content in their name, so nothing
// that it answers is ever stale; the page itself always comes from the coordinator. It is not there for a page that is
// open in a browser's tab, and it computes nothing.
import { offline } from "../strings/app.ts";

/** What of the service worker's own scope is used here; TypeScript's types for it exclude those of pages. */
interface Scope extends EventTarget {
  location: Location;
  skipWaiting(): Promise<void>;
  addEventListener(type: "install", listener: () => void): void;
  addEventListener(type: "activate", listener: (event: Event & { waitUntil(done: Promise<void>): void }) => void): void;
  addEventListener(type: "fetch", listener: (event: Fetched) => void): void;
}

interface Fetched extends Event {
  request: Request;
  respondWith(answer: Promise<Response>): void;
}

const scope = globalThis as unknown as Scope;
/** One cache for each build; the page names it when it registers this worker. */
const cacheName = `tabswarm ${new URL(scope.location.href).searchParams.get("build")}`;

scope.addEventListener("install", () => void scope.skipWaiting());
scope.addEventListener("activate", (event) => event.waitUntil(dropOlder()));
scope.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== scope.location.origin) return;
  if (pathname.startsWith("/static/")) event.respondWith(kept(request));
  else if (request.mode === "navigate") event.respondWith(fetch(request).catch(whileOffline));
});

async function kept(request: Request): Promise<Response> {
  const cache = await caches.open(cacheName);
  const found = await cache.match(request);
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request, answer.clone());
  return answer;
}

async function dropOlder(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== cacheName).map((name) => caches.delete(name)));
}

function whileOffline(): Response {
  const text = `<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${offline.title}</title><p>${offline.line}</p>`;
  return new Response(text, { status: 503, headers: { "Content-Type": "text/html; charset=utf-8" } });
}
