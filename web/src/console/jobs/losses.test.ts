import { expect, test } from "vitest";
import { attempt } from "../../../tests/attempts.ts";
import { lossesOf } from "./losses.ts";

test("where nothing was lost there is nothing to tell", () => {
  expect(lossesOf([attempt(), attempt({ task: 1 })])).toEqual({
    left: [],
    again: [],
    partitions: 0,
    retries: 0,
    speculative: 0,
    speculativeWins: 0,
  });
});

test("a task that is computed again twice counts once, with all its partitions", () => {
  const again = { reason: "recomputed", partitions: 3 } as const;
  const losses = lossesOf([
    attempt({ outcome: "lost", volunteer: "p7" }),
    attempt({ task: 1, attempt: 1, outcome: "lost", volunteer: "p7", ...again }),
    attempt({ task: 1, attempt: 2, ...again }),
    attempt({ task: 2, attempt: 1, node: 4, reason: "recomputed" }),
  ]);
  expect(losses).toMatchObject({ left: ["p7"], partitions: 4 });
  expect(losses.again).toEqual([
    { node: 1, partitions: 3 },
    { node: 4, partitions: 1 },
  ]);
});

test("retries and second attempts are counted, and which of these were first", () => {
  expect(
    lossesOf([
      attempt({ reason: "retry" }),
      attempt({ task: 1, reason: "speculative" }),
      attempt({ task: 2, reason: "speculative", outcome: "cancelled" }),
    ]),
  ).toMatchObject({ retries: 1, speculative: 2, speculativeWins: 1 });
});
