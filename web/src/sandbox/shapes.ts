/** Shapes of plain data, for whoever reads what a stranger's code said. */

export function isRecord(data: unknown): data is Record<string, unknown> {
  return typeof data === "object" && data !== null && !Array.isArray(data);
}

export function isText(value: unknown): value is string {
  return typeof value === "string";
}

export function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(isText);
}

export function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

export function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array;
}

const SHORT_LIMIT = 4096;

/**
 * A reason or a name, cut where it is no such thing any more. Half a surrogate pair goes too: Python refuses a message
 * with one in it, and would end the session over it.
 */
export function short(text: string): string {
  return text.slice(0, SHORT_LIMIT).toWellFormed();
}
