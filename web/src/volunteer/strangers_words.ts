/** Characters of a name that a stranger gave; what is longer is no name, and would push Stop out of sight. */
const NAME = 200;
/** The same of a text of theirs: a message, some lines of code. */
const TEXT = 20_000;

/** A stranger's name, fit to be shown. */
export function nameOf(words: string): string {
  return cut(words, NAME);
}

/** A stranger's text, fit to be shown. */
export function textOf(words: string): string {
  return cut(words, TEXT);
}

function cut(words: string, most: number): string {
  return words.length <= most ? words : `${words.slice(0, most).toWellFormed()}…`;
}
