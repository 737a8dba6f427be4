import { isCount, isRecord, isText, isTexts } from "../../sandbox/shapes.ts";
import type { PlotData, SavedFile, Shown, Table } from "../kernel.ts";

/** Whether what a cell shows has a shape that the page can draw. Types that are not known here pass, and are not drawn. */
export function isShown(data: unknown): data is Shown {
  return (
    isRecord(data) &&
    isText(data["text/plain"]) &&
    fits(data["image/png"], isText) &&
    fits(data["application/vnd.tabswarm.table+json"], isTable) &&
    fits(data["application/vnd.tabswarm.plot+json"], isPlot) &&
    fits(data["application/vnd.tabswarm.file+json"], isFile)
  );
}

function isTable(value: unknown): value is Table {
  return (
    isRecord(value) &&
    isTexts(value.columns) &&
    Array.isArray(value.rows) &&
    value.rows.every((row) => Array.isArray(row) && row.every(isPlain)) &&
    typeof value.more === "boolean" &&
    typeof value.growing === "boolean"
  );
}

const KINDS: readonly unknown[] = ["line", "bar", "scatter", "hist", "image"] satisfies PlotData["kind"][];

function isPlot(value: unknown): value is PlotData {
  return (
    isRecord(value) &&
    KINDS.includes(value.kind) &&
    isListOf(value.x, (place) => isNumber(place) || isText(place)) &&
    isListOf(value.y, isNumber) &&
    fits(value.series, isTexts) &&
    fits(value.values, (values) => isListOf(values, (each) => each === null || isNumber(each))) &&
    fits(value.width, isCount) &&
    [value.title, value.xLabel, value.yLabel].every(isText) &&
    typeof value.growing === "boolean"
  );
}

function isFile(value: unknown): value is SavedFile {
  return isRecord(value) && [value.name, value.type, value.data].every(isText);
}

function isPlain(value: unknown): boolean {
  return value === null || typeof value === "boolean" || isNumber(value) || isText(value);
}

const isNumber = (value: unknown) => typeof value === "number";
const isListOf = (value: unknown, is: (item: unknown) => boolean) => Array.isArray(value) && value.every(is);
const fits = (value: unknown, is: (value: unknown) => boolean) => value === undefined || is(value);
