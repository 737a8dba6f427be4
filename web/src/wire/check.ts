/**
 * Holds what came over the wire to the protocol: the schema is generated from the Python definition, so a message that
 * passes here has the shape that its TypeScript type says.
 */
import { decodeMessage, decodeValue, type Tagged } from "./codec.ts";
import {
  directions,
  type FromDriver,
  type Shape,
  type StructShape,
  schema,
  type ToDriver,
  type ToOperator,
  type ToVolunteer,
} from "./messages.ts";

/** The bytes are no message of the protocol; the text says where they part from it. */
export class BadMessage extends Error {
  override name = "BadMessage";
}

/** Reads a message from the coordinator; throws a `BadMessage` for anything that it may not say to a volunteer. */
export function readToVolunteer(bytes: Uint8Array): ToVolunteer {
  return readMessage(bytes, directions.ToVolunteer) as ToVolunteer;
}

/** Reads a message from the coordinator; throws a `BadMessage` for anything that it may not say to a driver. */
export function readToDriver(bytes: Uint8Array): ToDriver {
  return readMessage(bytes, directions.ToDriver) as ToDriver;
}

/** The same for what a driver may say, as the console's sealed Python says it through the page. */
export function readFromDriver(bytes: Uint8Array): FromDriver {
  return readMessage(bytes, directions.FromDriver) as FromDriver;
}

/** The same for what it may say to an operator. */
export function readToOperator(bytes: Uint8Array): ToOperator {
  return readMessage(bytes, directions.ToOperator) as ToOperator;
}

/** Reads a message that may have one of these types; throws a `BadMessage` for any other. */
export function readMessage(bytes: Uint8Array, types: readonly string[]): Tagged {
  const message = decoded(bytes, decodeMessage);
  if (!types.includes(message.type)) throw new BadMessage(`no ${message.type} may be said here`);
  checkStruct(message, message.type, message.type);
  return message;
}

/** Reads the msgpack of one struct by its name, e.g. `readStruct<Item>("Item", body)`. */
export function readStruct<T>(name: string, bytes: Uint8Array): T {
  const value = decoded(bytes, decodeValue);
  checkStruct(value, name, name);
  return value as T;
}

function decoded<T>(bytes: Uint8Array, decode: (bytes: Uint8Array) => T): T {
  try {
    return decode(bytes);
  } catch (error) {
    throw new BadMessage(`not msgpack: ${error instanceof Error ? error.message : error}`);
  }
}

function checkStruct(value: unknown, name: string, path: string): void {
  const struct = schema[name];
  if (!struct) throw new BadMessage(`${path}: no struct ${name}`);
  if (struct.array) checkArray(value, struct, path);
  else checkMap(value, struct, path);
}

function checkArray(value: unknown, struct: StructShape, path: string): void {
  if (!Array.isArray(value)) throw wrong(value, "a list", path);
  const items = struct.tag === null ? value : value.slice(1);
  if (struct.tag !== null && value[0] !== struct.tag) throw wrong(value[0], `the tag ${struct.tag}`, path);
  struct.fields.forEach(([name, shape, optional], index) => {
    if (index < items.length) checkShape(items[index], shape, `${path}.${name}`);
    else if (!optional) throw new BadMessage(`${path}: ${name} is missing`);
  });
}

function checkMap(value: unknown, struct: StructShape, path: string): void {
  if (!isMap(value)) throw wrong(value, "a map", path);
  if (struct.tagField !== null && value[struct.tagField] !== struct.tag)
    throw wrong(value[struct.tagField], `the tag ${struct.tag}`, path);
  for (const [name, shape, optional] of struct.fields) {
    if (Object.hasOwn(value, name)) checkShape(value[name], shape, `${path}.${name}`);
    else if (!optional) throw new BadMessage(`${path}: ${name} is missing`);
  }
}

function checkShape(value: unknown, shape: Shape, path: string): void {
  if (typeof shape === "string") {
    const fits = plain[shape];
    if (!fits?.(value)) throw wrong(value, shape, path);
    return;
  }
  const [kind, ...parts] = shape as readonly [string, ...Shape[]];
  switch (kind) {
    case "struct":
      return checkStruct(value, parts[0] as string, path);
    case "list":
      if (!Array.isArray(value)) throw wrong(value, "a list", path);
      for (const [index, item] of value.entries()) checkShape(item, parts[0] as Shape, `${path}[${index}]`);
      return;
    case "tuple":
      if (!Array.isArray(value) || value.length !== parts.length) throw wrong(value, `a list of ${parts.length}`, path);
      for (const [index, item] of value.entries()) checkShape(item, parts[index] as Shape, `${path}[${index}]`);
      return;
    case "dict":
      if (!isMap(value)) throw wrong(value, "a map", path);
      for (const [key, item] of Object.entries(value)) {
        if (parts[0] === "int" && !/^-?\d+$/.test(key)) throw wrong(key, "a whole number", path);
        checkShape(item, parts[1] as Shape, `${path}.${key}`);
      }
      return;
    case "enum":
      if (!(parts as readonly unknown[]).includes(value)) throw wrong(value, `one of ${parts.join(", ")}`, path);
      return;
    case "union":
      return checkUnion(value, parts, path);
    default:
      throw new BadMessage(`${path}: no shape ${kind}`);
  }
}

function checkUnion(value: unknown, options: readonly Shape[], path: string): void {
  let last: unknown;
  for (const option of options) {
    try {
      return checkShape(value, option, path);
    } catch (error) {
      // The option that the tag chose says best what is wrong.
      if (last === undefined || !String(error).includes("the tag")) last = error;
    }
  }
  throw last;
}

const plain: Record<string, (value: unknown) => boolean> = {
  int: (value) => Number.isInteger(value),
  float: (value) => typeof value === "number",
  str: (value) => typeof value === "string",
  bool: (value) => typeof value === "boolean",
  bytes: (value) => value instanceof Uint8Array,
  none: (value) => value === null,
};

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

function wrong(value: unknown, expected: string, path: string): BadMessage {
  const got = value === null ? "nothing" : Array.isArray(value) ? "a list" : typeof value;
  return new BadMessage(`${path} must be ${expected}, not ${got}`);
}
