import type { Choices } from "./choices.ts";

/** Bytes of blocks that this tab holds in memory where its person set nothing: an eighth of what the device has. */
export function usualBudget(): number {
  // Browsers say 8 GB at most, so that nobody is known by it.
  return ((navigator as { deviceMemory?: number }).deviceMemory ?? 4) * 2 ** 27;
}

/** Bytes of blocks that this tab holds in memory. */
export function budgetOf({ memory }: Pick<Choices, "memory">): number {
  return memory > 0 ? memory * 2 ** 20 : usualBudget();
}
