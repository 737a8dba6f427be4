import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { fetchUrl, SIZE_LIMIT, UrlError } from "./urls.ts";

const PAGE = "https://data.example/a.txt";
const here = { protocol: "https:", hostname: "swarm.example", origin: "https://swarm.example" };
const local = { protocol: "http:", hostname: "127.0.0.1", origin: "http://127.0.0.1:8000" };

let asked: { url: string; options: RequestInit }[] = [];

/** What the server answers, one entry a request; a function may throw as `fetch` does. */
function answering(...answers: (() => Response)[]) {
  vi.stubGlobal("fetch", async (url: string, options: RequestInit) => {
    asked.push({ url, options });
    const answer = answers[asked.length - 1];
    if (!answer) throw new Error("one request too many");
    return answer();
  });
}

const refused = () => {
  throw new TypeError("Failed to fetch");
};
const ok = (body = "text") => new Response(body);

/** Lets the pauses between tries pass. */
async function outcome(url: string, page = here, signal = new AbortController().signal): Promise<string> {
  const given = fetchUrl(url, signal, page).then(
    (data) => new TextDecoder().decode(data),
    (error: unknown) => (error instanceof UrlError ? `${error.kind}: ${error.message}` : String(error)),
  );
  await vi.advanceTimersByTimeAsync(60_000);
  return given;
}

beforeEach(() => {
  asked = [];
  vi.useFakeTimers();
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test("a URL is fetched without cookies, referrer or cache", async () => {
  answering(() => ok());
  expect(await outcome(PAGE)).toBe("text");
  expect(asked[0]).toMatchObject({
    url: PAGE,
    options: { credentials: "omit", referrerPolicy: "no-referrer", cache: "no-store" },
  });
  expect(asked[0]?.options.mode).toBeUndefined();
});

test("a missing CORS header is said in plain words, and no further try is made", async () => {
  answering(refused, () => ok());
  expect(await outcome(PAGE)).toBe(
    `url_closed_to_tabs: ${PAGE} could not be fetched: its server does not let other sites read it (it sends no Access-Control-Allow-Origin header), so a browser tab cannot; a native worker can`,
  );
  expect(asked[1]?.options).toMatchObject({ mode: "no-cors", credentials: "omit" });
});

test("a server that cannot be reached is tried three times", async () => {
  answering(refused, refused, refused, refused, refused, refused);
  expect(await outcome(PAGE)).toMatch(/^url_unavailable: .*its server cannot be reached/);
  expect(asked.length).toBe(6);
});

test("an answer that may be another one soon is waited for, and one that will not is not", async () => {
  answering(
    () => new Response("", { status: 503 }),
    () => ok("after all"),
  );
  expect(await outcome(PAGE)).toBe("after all");
  answering(
    () => ok(),
    () => ok(),
    () => new Response("", { status: 404, statusText: "Not Found" }),
  );
  expect(await outcome(PAGE)).toBe(`url_unavailable: ${PAGE} could not be fetched: the server answers 404 Not Found`);
  expect(asked.length).toBe(3);
});

test.each([
  ["http://[::", /it is no URL/],
  ["ftp://data.example/a", /http: and https: only/],
  ["https://swarm.example/api/volunteers", /the coordinator's own address/],
  ["https://192.168.1.1/", /^url_closed_to_tabs: .*private network/],
  ["https://router/", /private network/],
  ["http://data.example/a", /^url_closed_to_tabs: .*came over https:/],
])("%s is not asked for at all", async (url, words) => {
  answering();
  expect(await outcome(url)).toMatch(words);
  expect(asked).toEqual([]);
});

test("a coordinator of the same network lets its tabs fetch there", async () => {
  answering(() => ok());
  expect(await outcome("http://192.168.1.7/data", local)).toBe("text");
});

test("what a redirection brought from a private network is dropped", async () => {
  const led = ok("secret");
  Object.defineProperty(led, "url", { value: "https://192.168.1.1/" });
  answering(() => led);
  expect(await outcome(PAGE)).toMatch(/private network/);
});

test("more than the limit is not taken, whether it is declared or not", async () => {
  answering(() => new Response("x", { headers: { "content-length": String(SIZE_LIMIT + 1) } }));
  expect(await outcome(PAGE)).toMatch(/larger than the 67,108,864 bytes/);
  const chunk = new Uint8Array(SIZE_LIMIT / 4 + 1);
  const endless = new ReadableStream({ pull: (controller) => controller.enqueue(chunk) });
  asked = [];
  answering(() => new Response(endless));
  expect(await outcome(PAGE)).toMatch(/larger than/);
});

test("a connection that breaks on the way is tried again", async () => {
  const broken = new ReadableStream({ pull: (controller) => controller.error(new TypeError("network error")) });
  answering(
    () => new Response(broken),
    () => ok("whole"),
  );
  expect(await outcome(PAGE)).toBe("whole");
});

test("six are fetched at a time, and the others wait", async () => {
  const open: ((response: Response) => void)[] = [];
  vi.stubGlobal("fetch", () => new Promise<Response>((resolve) => open.push(resolve)));
  const { signal } = new AbortController();
  const all = Promise.all(Array.from({ length: 9 }, () => fetchUrl(PAGE, signal, here)));
  await vi.advanceTimersByTimeAsync(10);
  expect(open.length).toBe(6);
  for (let index = 0; index < 9; index += 1) {
    open[index]?.(ok());
    await vi.advanceTimersByTimeAsync(10);
  }
  expect((await all).length).toBe(9);
});

test("a task that was cancelled fetches no more", async () => {
  answering(refused, refused, () => ok());
  const abort = new AbortController();
  const given = outcome(PAGE, here, abort.signal);
  abort.abort();
  expect(await given).toMatch(/AbortError/);
  expect(asked.length).toBeLessThanOrEqual(2);
});
