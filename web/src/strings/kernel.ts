/** What the console says of the Python that runs its cells. */
export const kernelText = {
  cannotStart: (reason: string) => `Python could not be started in this tab: ${reason}`,
  cannotSandbox: (escaped: readonly string[]) =>
    `this browser cannot seal the frame in which it would run (open: ${escaped.join(", ")})`,
  died: (reason: string) =>
    `The tab's Python ended while the cell ran (${reason}). Its variables are gone; the next run brings those of other cells back.`,
  replayFailed: (cell: string, error: string) => `Cell ${cell}, run again for its variables, failed: ${error}\n`,
};
