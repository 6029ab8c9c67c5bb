/** What the table shows, as the page's address says it: filters, order and grouping. */
import type { Drift } from "../../api/types";
import { FIELDS, compareBy, fieldText, isField } from "./fields";
import type { Field } from "./fields";

export type Operator = "=" | "!=" | ":" | "!:";

/** One condition; without a field it asks of all of them together. */
export interface Condition {
  readonly field: Field | null;
  readonly operator: Operator;
  readonly value: string;
}

export const GROUPINGS = ["cause", "principal", "module", "account"] as const;
export type Grouping = (typeof GROUPINGS)[number];

export type SortKey = Field | "time";

export interface View {
  readonly conditions: readonly Condition[];
  readonly sort: SortKey;
  readonly descending: boolean;
  readonly group: Grouping | null;
}

export interface Group {
  readonly name: string;
  readonly drifts: readonly Drift[];
}

/** How a parameter's name begins for each operator: `principal=ann`, `-principal=ann`, `~address=web`. */
const PREFIXES: readonly (readonly [string, Operator])[] = [
  ["-~", "!:"],
  ["-", "!="],
  ["~", ":"],
  ["", "="],
];
const TEXT = "q";

/** Reads a view from the address's query; what it does not know it leaves aside. */
export function readView(query: URLSearchParams): View {
  const conditions: Condition[] = [];
  for (const [name, value] of query) {
    const [prefix, operator] = PREFIXES.find(([start]) => name.startsWith(start)) ?? ["", "="];
    const field = name.slice(prefix.length);
    if (field === TEXT) conditions.push({ field: null, operator: operator === "!=" ? "!:" : ":", value });
    else if (isField(field)) conditions.push({ field, operator, value });
  }
  const sort = query.get("sort") ?? "time";
  const group = query.get("group");
  return {
    conditions,
    sort: isField(sort) ? sort : "time",
    descending: query.get("order") !== "up",
    group: GROUPINGS.find((known) => known === group) ?? null,
  };
}

/** Writes a view as an address's query, without what is the default. */
export function writeView({ conditions, sort, descending, group }: View): URLSearchParams {
  const query = new URLSearchParams();
  for (const { field, operator, value } of conditions) {
    const prefix = field === null ? (operator.startsWith("!") ? "-" : "") : prefixOf(operator);
    query.append(`${prefix}${field ?? TEXT}`, value);
  }
  if (sort !== "time") query.set("sort", sort);
  if (!descending) query.set("order", "up");
  if (group !== null) query.set("group", group);
  return query;
}

/** Returns the drifts that a view shows, in its order. */
export function shown(drifts: readonly Drift[], view: View): readonly Drift[] {
  const compare = compareBy(view.sort);
  const sign = view.descending ? -1 : 1;
  return drifts
    .filter((drift) => matches(drift, view.conditions))
    .sort((a, b) => sign * compare(a, b) || a.id.localeCompare(b.id));
}

/** Whether a drift meets all conditions; of several that a field equals something, one is enough. */
export function matches(drift: Drift, conditions: readonly Condition[]): boolean {
  const wanted = conditions.filter(({ operator }) => operator === "=");
  const others = conditions.filter(({ operator }) => operator !== "=");
  return (
    wanted.every(({ field }) => wanted.some((each) => each.field === field && meets(drift, each))) &&
    others.every((condition) => meets(drift, condition))
  );
}

/** Returns the drifts in groups, the largest first. */
export function grouped(drifts: readonly Drift[], group: Grouping): readonly Group[] {
  const groups = new Map<string, Drift[]>();
  for (const drift of drifts) {
    const key = group === "cause" ? (drift.group ?? drift.cause.event_id ?? "") : fieldText(drift, group);
    const members = groups.get(key);
    if (members === undefined) groups.set(key, [drift]);
    else members.push(drift);
  }
  return [...groups]
    .map(([key, members]) => ({ name: groupName(group, key, members), drifts: members }))
    .sort((a, b) => b.drifts.length - a.drifts.length || a.name.localeCompare(b.name));
}

function groupName(group: Grouping, key: string, [first]: readonly Drift[]): string {
  if (group !== "cause" || first === undefined) return key === "" ? "none" : key;
  const call = first.cause.event_name ?? "unknown call";
  return `${call} by ${fieldText(first, "principal")}`;
}

function meets(drift: Drift, { field, operator, value }: Condition): boolean {
  const texts = field === null ? allTexts(drift) : [fieldText(drift, field)];
  const sought = value.toLowerCase();
  const isMet = texts.some((text) =>
    operator === "=" || operator === "!="
      ? text.toLowerCase() === sought
      : text.toLowerCase().includes(sought),
  );
  return operator.startsWith("!") ? !isMet : isMet;
}

function allTexts(drift: Drift): readonly string[] {
  return (Object.keys(FIELDS) as Field[]).map((field) => fieldText(drift, field));
}

function prefixOf(operator: Operator): string {
  return PREFIXES.find(([, known]) => known === operator)?.[0] ?? "";
}
