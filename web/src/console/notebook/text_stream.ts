/** Escape sequences of terminals: colours and cursor moves (CSI), titles and links (OSC), and the two-byte ones. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
const SEQUENCES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\^_]|[ -/]+[0-~])/g;
/** The beginning of one, at the end of a piece: the rest may come with the next. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: see above
const UNFINISHED = /\u001b(?:\[[0-?]*[ -/]*|\][^\u0007\u001b]*\u001b?|[ -/]*)?$/;
/** What else no page shows: control characters but for tab, line feed and carriage return. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: see above
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g;
/** Longer than any sequence that means something; what is longer was none. */
const LONGEST_SEQUENCE = 1024;

/**
 * Cleans text that comes in pieces for showing: without escape sequences, also where one is cut in two.
 *
 *     const clean = textStream();
 *     clean("\u001b[31mred\u001b[") + clean("0m") === "red"
 */
export function textStream(): (piece: string) => string {
  let held = "";
  return (piece) => {
    const text = held + piece;
    const cut = text.length - (UNFINISHED.exec(text)?.[0].length ?? 0);
    held = text.length - cut > LONGEST_SEQUENCE ? "" : text.slice(cut);
    return cleaned(text.slice(0, text.length - held.length));
  };
}

/** The same for text that is whole. */
export function cleaned(text: string): string {
  return text.replace(SEQUENCES, "").replace(/\r\n/g, "\n").replace(CONTROLS, "");
}

/** Adds to a text as a terminal does: after a carriage return the line is written anew (progress bars do that). */
export function appended(text: string, piece: string): string {
  if (!piece.includes("\r")) return text + piece;
  let whole = text;
  for (const [index, part] of piece.split("\r").entries()) {
    if (index > 0 && part !== "" && !part.startsWith("\n")) whole = whole.slice(0, whole.lastIndexOf("\n") + 1);
    whole += part;
  }
  return whole;
}
