import type { BlockId, FailureKind } from "../wire/messages.ts";
import { isLocalHost } from "./local_hosts.ts";

/** The most bytes of one URL. */
export const SIZE_LIMIT = 64 * 2 ** 20;
/** How long one try may take in all, in ms. */
const TOTAL = 120_000;
/** How long is waited between tries, in ms; there is one try more. */
const PAUSES = [500, 2000];
/** Answers that may be others a moment later. */
const WORTH_A_RETRY = new Set([408, 425, 429, 500, 502, 503, 504]);
/** Fetches under way at a time in this tab. */
const AT_ONCE = 6;

/** Why a URL could not be fetched. */
export class UrlError extends Error {
  override name = "UrlError";
  /** The partition that it should have been. */
  block: BlockId | null = null;

  /** @param mayPass another try may end better */
  constructor(
    url: string,
    why: string,
    readonly kind: FailureKind = "url_unavailable",
    readonly mayPass = false,
  ) {
    super(`${url} could not be fetched: ${why}`);
  }
}

const NO_CORS =
  "its server does not let other sites read it (it sends no Access-Control-Allow-Origin header), so a browser tab cannot; a native worker can";

/** Where this page is: what it may fetch hangs on that. */
type Here = Pick<Location, "protocol" | "hostname" | "origin">;

let running = 0;
const queue: (() => void)[] = [];

/**
 * Fetches a URL that stands in the plan of a task of this tab: without cookies, referrer or cache, within limits of size
 * and time, a few times where that may help. Throws `UrlError`.
 *
 * Job code has no way here: it runs in the sealed frame, and the page looks at the task's own sources only.
 */
export async function fetchUrl(url: string, signal: AbortSignal, here: Here = location): Promise<Uint8Array> {
  mayFetch(url, here);
  for (let tries = 0; ; tries += 1) {
    await turn(signal);
    try {
      return await oneTry(url, signal, here);
    } catch (error) {
      const pause = PAUSES[tries];
      if (!(error instanceof UrlError) || !error.mayPass || pause === undefined) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause));
      signal.throwIfAborted();
    } finally {
      running -= 1;
      queue.shift()?.();
    }
  }
}

/** Throws where this page does not fetch a URL for anybody. */
function mayFetch(url: string, here: Here): void {
  if (!URL.canParse(url)) throw new UrlError(url, "it is no URL");
  const { protocol, hostname, origin } = new URL(url);
  if (protocol !== "http:" && protocol !== "https:") throw new UrlError(url, "volunteers fetch http: and https: only");
  if (origin === here.origin) throw new UrlError(url, "it is the coordinator's own address");
  if (isLocalHost(hostname) && !isLocalHost(here.hostname))
    throw new UrlError(
      url,
      "it is in a private network, which a browser tab does not open to jobs; a native worker can fetch it",
      "url_closed_to_tabs",
    );
  if (protocol === "http:" && here.protocol === "https:")
    throw new UrlError(
      url,
      "a page that came over https: cannot fetch http:, so a browser tab cannot; a native worker can",
      "url_closed_to_tabs",
    );
}

async function oneTry(url: string, signal: AbortSignal, here: Here): Promise<Uint8Array> {
  const time = AbortSignal.timeout(TOTAL);
  const options: RequestInit = {
    credentials: "omit",
    referrerPolicy: "no-referrer",
    cache: "no-store",
    redirect: "follow",
    signal: AbortSignal.any([signal, time]),
  };
  try {
    const response = await fetch(url, options).catch(async (error: unknown) => {
      if (!(error instanceof TypeError)) throw error;
      throw await whyRefused(url, options);
    });
    mayFetch(response.url || url, here);
    if (!response.ok) {
      void response.body?.cancel();
      const words = `the server answers ${response.status} ${response.statusText}`.trim();
      throw new UrlError(url, words, "url_unavailable", WORTH_A_RETRY.has(response.status));
    }
    return await read(url, response);
  } catch (error) {
    if (error instanceof UrlError || signal.aborted) throw error;
    if (time.aborted) throw new UrlError(url, `it was not all there after ${TOTAL / 1000} s`, "url_unavailable", true);
    throw new UrlError(url, "the connection broke before all of it was there", "url_unavailable", true);
  }
}

/** A browser says of every failure only that it failed. Whether the server answers at all can be found out. */
async function whyRefused(url: string, options: RequestInit): Promise<UrlError> {
  try {
    const response = await fetch(url, { ...options, mode: "no-cors" });
    void response.body?.cancel();
    return new UrlError(url, NO_CORS, "url_closed_to_tabs");
  } catch {
    return new UrlError(url, "its server cannot be reached, or the connection broke", "url_unavailable", true);
  }
}

async function read(url: string, response: Response): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  const tooLarge = () =>
    new UrlError(url, `it is larger than the ${SIZE_LIMIT.toLocaleString("en")} bytes that a volunteer takes`);
  if (Number(response.headers.get("content-length") ?? 0) > SIZE_LIMIT) {
    void response.body?.cancel();
    throw tooLarge();
  }
  const reader = response.body?.getReader();
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
    if (done) break;
    parts.push(value);
    size += value.length;
    if (size > SIZE_LIMIT) {
      void reader?.cancel();
      throw tooLarge();
    }
  }
  const data = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    data.set(part, at);
    at += part.length;
  }
  return data;
}

/** Waits until one more fetch may begin, which then counts. */
async function turn(signal: AbortSignal): Promise<void> {
  while (running >= AT_ONCE) await new Promise<void>((resolve) => queue.push(resolve));
  if (signal.aborted) {
    queue.shift()?.();
    signal.throwIfAborted();
  }
  running += 1;
}
