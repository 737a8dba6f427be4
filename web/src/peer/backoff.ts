/**
 * How long to wait before the n-th try (from 0): half to one and a half times 0.5 s, 1 s, 2 s ... up to 15 s, so that a
 * thousand tabs that lost their coordinator at once do not come back at once.
 */
export function backoff(attempt: number, random: () => number = Math.random): number {
  return Math.min(15_000, 500 * 2 ** Math.min(attempt, 10)) * (0.5 + random());
}
