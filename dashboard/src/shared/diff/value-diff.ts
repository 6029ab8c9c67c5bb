/** How two values of an attribute differ, by their kind: scalars, sets, maps, policies and other documents. */
import type { Json, JsonObject } from "../../api/types";
import { canonical, isList, isObject, opened, scalarText, valueLines, withoutEmpty } from "./json-text";
import { lineDiff, signed, unchanged } from "./line-diff";
import type { DiffLine } from "./line-diff";

/** `scalar`: one word before and after; `lines`: what was removed and added. */
export type ValueDiff =
  | { readonly kind: "scalar"; readonly before: string; readonly after: string }
  | { readonly kind: "lines"; readonly lines: readonly DiffLine[] };

/** Compares Terraform's value with the one in AWS; documents inside strings are compared as documents. */
export function diffValues(expected: Json, actual: Json): ValueDiff {
  const before = opened(expected);
  const after = opened(actual);
  if (isPolicy(before) || isPolicy(after)) return { kind: "lines", lines: policyDiff(before, after) };
  if (isList(before) || isList(after))
    return { kind: "lines", lines: setDiff(asList(before), asList(after)) };
  if (isObject(before) || isObject(after)) return { kind: "lines", lines: mapDiff(before, after) };
  return shortScalars(before, after);
}

function shortScalars(before: null | boolean | number | string, after: typeof before): ValueDiff {
  const texts = { before: scalarText(before), after: scalarText(after) };
  if (!texts.before.includes("\n") && !texts.after.includes("\n")) return { kind: "scalar", ...texts };
  return { kind: "lines", lines: lineDiff(texts.before.split("\n"), texts.after.split("\n")) };
}

function asList(value: Json): readonly Json[] {
  if (isList(value)) return value;
  return value === null ? [] : [value];
}

/** Lists of AWS attributes are sets to Terraform, mostly: what left, what came, and how much stayed. */
function setDiff(before: readonly Json[], after: readonly Json[]): readonly DiffLine[] {
  const { removed, added, same } = unmatched(before, after);
  if (removed.length === 0 && added.length === 0 && same > 0) return reordered(before, after);
  return [...elements("removed", removed), ...elements("added", added), ...rest(same, "element")];
}

/** The same elements in another order, for the lists whose order matters. */
function reordered(before: readonly Json[], after: readonly Json[]): readonly DiffLine[] {
  return lineDiff(
    before.flatMap((item) => valueLines(item)),
    after.flatMap((item) => valueLines(item)),
  );
}

function elements(sign: "removed" | "added", items: readonly Json[]): readonly DiffLine[] {
  return items.flatMap((item) => signed(sign, elementLines(item)));
}

function elementLines(item: Json): readonly string[] {
  const lines = valueLines(withoutEmpty(item));
  return lines.map((line, index) => (lines.length > 1 ? (index === 0 ? "• " : "  ") + line : line));
}

function rest(count: number, noun: string): readonly DiffLine[] {
  return count === 0 ? [] : [{ sign: "skipped", text: unchanged(count, noun) }];
}

/** Pairs equal elements, each once, and returns those that have no partner. */
function unmatched(before: readonly Json[], after: readonly Json[]) {
  const open = new Map<string, number>();
  for (const item of before) {
    const key = canonical(item);
    open.set(key, (open.get(key) ?? 0) + 1);
  }
  const added: Json[] = [];
  for (const item of after) {
    const key = canonical(item);
    const count = open.get(key) ?? 0;
    if (count === 0) added.push(item);
    else open.set(key, count - 1);
  }
  const removed = before.toReversed().filter((item) => {
    const key = canonical(item);
    const count = open.get(key) ?? 0;
    open.set(key, count - 1);
    return count > 0;
  });
  return { removed: removed.toReversed(), added, same: before.length - removed.length };
}

function mapDiff(before: Json, after: Json): readonly DiffLine[] {
  if (!isObject(before) || !isObject(after)) {
    const gone = before === null ? [] : signed("removed", valueLines(before));
    return [...gone, ...(after === null ? [] : signed("added", valueLines(after)))];
  }
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  const changed = keys.filter((key) => canonical(before[key] ?? null) !== canonical(after[key] ?? null));
  const lines = changed.flatMap((key) => lineDiff(pair(before, key), pair(after, key)));
  return [...lines, ...rest(keys.length - changed.length, "key")];
}

function pair(from: JsonObject, key: string): readonly string[] {
  const value = from[key];
  return value === undefined ? [] : valueLines({ [key]: value });
}

function isPolicy(value: Json): value is JsonObject {
  return isObject(value) && "Statement" in value;
}

/** Statements have no order in IAM: equal ones are paired, ones of the same Sid are compared line by line. */
function policyDiff(before: Json, after: Json): readonly DiffLine[] {
  if (!isPolicy(before) || !isPolicy(after)) return mapDiff(before, after);
  const { removed, added, same } = unmatched(statements(before), statements(after));
  const lines: DiffLine[] = [];
  const fresh = [...added];
  for (const statement of removed) {
    const twin = fresh.findIndex((candidate) => sid(candidate) !== null && sid(candidate) === sid(statement));
    const [partner] = twin < 0 ? [] : fresh.splice(twin, 1);
    lines.push(
      ...(partner === undefined
        ? signed("removed", elementLines(statement))
        : lineDiff(elementLines(statement), elementLines(partner))),
    );
  }
  lines.push(...elements("added", fresh), ...rest(same, "statement"));
  const others = [withoutStatements(before), withoutStatements(after)] as const;
  return canonical(others[0]) === canonical(others[1]) ? lines : [...mapDiff(...others), ...lines];
}

function withoutStatements(policy: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(policy).filter(([key]) => key !== "Statement"));
}

/** IAM reads a single text and a list of one alike, and lists of actions or principals have no order. */
function statements(policy: JsonObject): readonly Json[] {
  return asList(policy.Statement ?? null).map(normalised);
}

function normalised(value: Json): Json {
  if (isList(value)) {
    const items = value.map(normalised).toSorted((a, b) => (canonical(a) < canonical(b) ? -1 : 1));
    return items.length === 1 ? (items[0] ?? null) : items;
  }
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, normalised(item)]));
}

function sid(statement: Json): Json {
  return isObject(statement) ? (statement.Sid ?? null) : null;
}
