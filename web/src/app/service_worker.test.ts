import { beforeAll, beforeEach, expect, test, vi } from "vitest";

/** The caches of one origin, as far as the worker uses them. */
const caches = {
  all: new Map<string, Map<string, Response>>(),
  async open(name: string) {
    const cache = this.all.get(name) ?? new Map<string, Response>();
    this.all.set(name, cache);
    return {
      match: async ({ url }: Request) => cache.get(url)?.clone(),
      put: async ({ url }: Request, answer: Response) => void cache.set(url, answer),
    };
  },
  keys: async () => [...caches.all.keys()],
  delete: async (name: string) => caches.all.delete(name),
};
const network = vi.fn(async (request: Request) => new Response(`of ${request.url}`));
const heard: Record<string, (event: object) => void> = {};

beforeAll(async () => {
  vi.stubGlobal("location", new URL("https://swarm.example/static/service_worker-x.js?build=b2"));
  vi.stubGlobal("caches", caches);
  vi.stubGlobal("fetch", network);
  vi.stubGlobal("skipWaiting", async () => {});
  vi.stubGlobal("addEventListener", (event: string, listener: (event: object) => void) => {
    heard[event] = listener;
  });
  await import("./service_worker.ts");
});

beforeEach(() => {
  caches.all.clear();
  network.mockClear();
});

/** What the worker answers; null: it leaves it to the browser. */
async function answer(url: string, mode = "cors", method = "GET"): Promise<Response | null> {
  let given: Promise<Response> | null = null;
  const request = { url, method, mode };
  heard.fetch?.({
    request,
    respondWith: (promise: Promise<Response>) => {
      given = promise;
    },
  });
  return given;
}

test("a file with its hash in its name is fetched once", async () => {
  const url = "https://swarm.example/static/volunteer-abc.js";
  expect(await (await answer(url))?.text()).toBe(`of ${url}`);
  expect(await (await answer(url))?.text()).toBe(`of ${url}`);
  expect(network).toHaveBeenCalledOnce();
});

test("a file that is not there is not kept", async () => {
  network.mockResolvedValueOnce(new Response("", { status: 404 }));
  const url = "https://swarm.example/static/gone.js";
  expect((await answer(url))?.status).toBe(404);
  expect((await answer(url))?.status).toBe(200);
});

test("the page itself always comes from the coordinator, and without one the app says so", async () => {
  const url = "https://swarm.example/join";
  await answer(url, "navigate");
  await answer(url, "navigate");
  expect(network).toHaveBeenCalledTimes(2);
  expect([...caches.all.values()].flatMap((cache) => [...cache.keys()])).toEqual([]);
  network.mockRejectedValueOnce(new TypeError("offline"));
  expect(await (await answer(url, "navigate"))?.text()).toContain("The coordinator cannot be reached");
});

test.each([
  ["another origin's files", "https://else.example/static/a.js", "cors", "GET"],
  ["anything but a GET", "https://swarm.example/static/a.js", "cors", "POST"],
  ["the sign of life", "https://swarm.example/healthz", "cors", "GET"],
])("%s are left to the browser", async (_, url, mode, method) => {
  expect(await answer(url, mode, method)).toBe(null);
});

test("an older build's files go when this one takes over", async () => {
  await caches.open("tabswarm b1");
  await caches.open("tabswarm b2");
  let done: Promise<void> = Promise.reject(new Error("the worker let go at once"));
  done.catch(() => {});
  heard.activate?.({
    waitUntil: (promise: Promise<void>) => {
      done = promise;
    },
  });
  await done;
  expect(await caches.keys()).toEqual(["tabswarm b2"]);
});
