import { expect, test } from "vitest";
import { fileName, fromBase64 } from "../download.ts";
import { csvOf, jsonOf, sorted } from "./table.ts";

test("rows sort by a column, numbers by value, and equal rows stay as they stood", () => {
  const rows = [
    ["b", 10],
    ["a", 9],
    ["c", null],
    ["d", 9],
    ["e", "x"],
  ];
  const names = (by: Parameters<typeof sorted>[1]) =>
    sorted(rows, by)
      .map(([name]) => name)
      .join("");
  expect(names(null)).toBe("bacde");
  expect(names({ column: 1, descending: false })).toBe("cadbe");
  expect(names({ column: 1, descending: true })).toBe("ebadc");
});

test("a CSV file quotes what would break it", () => {
  const table = {
    columns: ["a", 'b"c'],
    rows: [
      [1.5, "x,y"],
      [null, "two\nlines"],
      [true, "ü"],
    ],
    more: false,
    growing: false,
  };
  expect(csvOf(table)).toBe('a,"b""c"\r\n1.5,"x,y"\r\n,"two\nlines"\r\nTrue,ü\r\n');
});

test("a JSON file keeps columns of one name apart", () => {
  const table = { columns: ["n", "n", "__proto__"], rows: [[1, 2, 3]], more: false, growing: false };
  expect(jsonOf(table)).toBe('[\n {\n  "n": 1,\n  "n (2)": 2,\n  "__proto__": 3\n }\n]\n');
});

test.each([
  ["report.csv", "report.csv"],
  ["../../etc/passwd", "passwd"],
  ["C:\\x\\y.txt", "y.txt"],
  ["photo\u202egpj.exe", "photogpj.exe"],
  ["", "file"],
])("a download of %o is called %o", (asked, name) => {
  expect(fileName(asked)).toBe(name);
});

test("what is no base64 is an empty file", () => {
  expect([fromBase64("AAEC").length, fromBase64("%%%").length]).toEqual([3, 0]);
});
