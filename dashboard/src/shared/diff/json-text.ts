/** JSON values as people read them: documents inside strings, a stable order, and one value on few lines. */
import type { Json, JsonObject } from "../../api/types";

/** Whether a value is an object, not a list. */
export function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a value is a list. */
export function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

/** Returns the document that a string holds, such as an IAM policy; any other value as it is. */
export function opened(value: Json): Json {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as Json;
  } catch {
    return value;
  }
}

/** Returns a text that is equal for equal values, whatever the order of their keys. */
export function canonical(value: Json): string {
  if (isList(value)) return `[${value.map(canonical).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key] ?? null)}`).join(",")}}`;
}

/** Whether a value says nothing: null, an empty text, list or object. */
export function isEmpty(value: Json): boolean {
  if (value === null || value === "") return true;
  if (isList(value)) return value.length === 0;
  return isObject(value) && Object.keys(value).length === 0;
}

function isScalar(value: Json): value is null | boolean | number | string {
  return value === null || typeof value !== "object";
}

/** A secret never leaves the state reader: this stands in its place, so that a change of it is still seen. */
const FINGERPRINT = /^fingerprint:([0-9a-f]{1,8})/;

/** One scalar: text without quotes, as consoles show it. */
export function scalarText(value: null | boolean | number | string): string {
  if (value === null) return "not set";
  const [, fingerprint] = FINGERPRINT.exec(String(value)) ?? [];
  if (fingerprint !== undefined) return `secret (fingerprint ${fingerprint}…)`;
  return value === "" ? '""' : String(value);
}

/** One value on indented lines: `key: value`, lists of scalars on one line, keys in the given order. */
export function valueLines(value: Json, indent = ""): readonly string[] {
  if (isScalar(value))
    return scalarText(value)
      .split("\n")
      .map((line) => indent + line);
  if (isList(value)) {
    if (value.length === 0) return [`${indent}[]`];
    return value.flatMap((item) => bulleted(item, indent));
  }
  const entries = Object.entries(value);
  if (entries.length === 0) return [`${indent}{}`];
  return entries.flatMap(([key, item]) => keyLines(key, item, indent));
}

function keyLines(key: string, value: Json, indent: string): readonly string[] {
  if (isScalar(value)) {
    const [first = "", ...rest] = scalarText(value).split("\n");
    return [`${indent}${key}: ${first}`, ...rest.map((line) => `${indent}  ${line}`)];
  }
  if (isList(value) && value.every(isScalar)) {
    return [`${indent}${key}: ${value.length === 0 ? "[]" : value.map(scalarText).join(", ")}`];
  }
  return [`${indent}${key}:`, ...valueLines(value, `${indent}  `)];
}

function bulleted(value: Json, indent: string): readonly string[] {
  const [first = "", ...rest] = valueLines(value, `${indent}  `);
  return [`${indent}- ${first.slice(indent.length + 2)}`, ...rest];
}

/** An object without the keys that say nothing: providers write every optional attribute of a block. */
export function withoutEmpty(value: Json): Json {
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, item]) => !isEmpty(item)));
}
