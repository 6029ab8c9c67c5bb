/** Reads the fields of JSON objects of the server, whatever they turn out to hold. */
import { SEVERITIES } from "./types";
import type { DriftStatus, Json, JsonObject, Severity } from "./types";

/** The text or value is not what the contract says; the message names the fault. */
export class DecodeError extends Error {
  override readonly name = "DecodeError";
}

/** Parses text that must be a JSON object. */
export function parseObject(text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new DecodeError("not JSON", { cause });
  }
  return toObject(value);
}

/** Checks that a parsed value is an object. */
export function toObject(value: unknown): JsonObject {
  if (!isObject(value)) throw new DecodeError("not a JSON object");
  return value;
}

/** Returns a field as text, null where it is absent or of another kind. */
export function text(from: JsonObject, key: string): string | null {
  const value = from[key];
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : null;
}

/** Returns a field that must be a number. */
export function whole(from: JsonObject, key: string): number | null {
  const value = from[key];
  return typeof value === "number" ? value : null;
}

/** Returns a field that must be true or false. */
export function flag(from: JsonObject, key: string): boolean | null {
  const value = from[key];
  return typeof value === "boolean" ? value : null;
}

/** Returns the numbers of an object, by their names. */
export function counts(from: JsonObject, key: string): Readonly<Record<string, number>> {
  const entries = Object.entries(child(from, key) ?? {});
  return Object.fromEntries(
    entries.filter((entry): entry is [string, number] => typeof entry[1] === "number"),
  );
}

/** Returns the texts of a list. */
export function texts(from: JsonObject, key: string): readonly string[] {
  const value = from[key];
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}

/** Returns a field that must be an object. */
export function child(from: JsonObject, key: string): JsonObject | null {
  const value = from[key];
  return isObject(value) ? value : null;
}

/** An unknown word counts as medium: neither hidden among the harmless nor crying wolf. */
export function severity(from: JsonObject): Severity {
  return SEVERITIES.find((known) => known === from.severity) ?? "medium";
}

/** Null for what has no severity. */
export function knownSeverity(from: JsonObject): Severity | null {
  return text(from, "severity") === null ? null : severity(from);
}

/** An unknown word counts as open: what is not known to be over is not over. */
export function status(from: JsonObject): DriftStatus {
  const value = from.status;
  return value === "acknowledged" || value === "resolved" ? value : "open";
}

/** Whether a parsed value is a JSON object. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Returns the objects of a list. */
export function objects(from: JsonObject, key: string): readonly JsonObject[] {
  const value = from[key];
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** Reads a list of objects; anything else in the list is a fault. */
export function decodeList<Item>(
  value: Json | undefined,
  decode: (from: JsonObject) => Item,
): readonly Item[] {
  if (!Array.isArray(value)) throw new DecodeError("not a list");
  return value.map((item: unknown) => decode(toObject(item)));
}
