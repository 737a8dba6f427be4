import { expect, test } from "vitest";
import { appended, cleaned, textStream } from "./text_stream.ts";

test.each([
  ["\u001b[1;31mred\u001b[0m", "red"],
  ["\u001b]0;a title\u0007text", "text"],
  ["\u001b]8;;https://evil.example\u001b\\link\u001b]8;;\u001b\\", "link"],
  ["a\u0000b\u0008c\u009bd", "abcd"],
  ["two\r\nlines\tand a tab", "two\nlines\tand a tab"],
  ["<b>&amp;</b>", "<b>&amp;</b>"],
])("%o shows as %o", (raw, shown) => {
  expect(cleaned(raw)).toBe(shown);
});

test("a sequence that is cut anywhere is taken out all the same", () => {
  const whole = "a\u001b[38;5;196mb\u001b]0;title\u001b\\c\u001b[0m";
  for (let cut = 0; cut <= whole.length; cut++) {
    const clean = textStream();
    expect(clean(whole.slice(0, cut)) + clean(whole.slice(cut))).toBe("abc");
  }
});

test("an escape that never ends does not hold text back for ever", () => {
  const clean = textStream();
  expect(clean(`\u001b]${"x".repeat(5000)}`)).toContain("xxxx");
});

test("a carriage return begins the line anew, as in a terminal", () => {
  expect(appended("first\n10 %", "\r20 %")).toBe("first\n20 %");
  expect(appended("10 %", "\r")).toBe("10 %");
  expect(appended("10 %", "\r\nnext")).toBe("10 %\nnext");
});
