/** Puts sessions together again that the end of a part has cut. */
import type { Counts, Session, Touched } from "./rest-types";

/** A session goes on where the pause is no longer, in milliseconds; the server's own rule. */
const LONGEST_PAUSE_MS = 30 * 60_000;

/** Returns the sessions of parts that follow each other, newest first, each session whole as far as it is loaded. */
export function joinedSessions(parts: readonly (readonly Session[])[]): readonly Session[] {
  const joined: Session[] = [];
  for (const part of parts) {
    const before = joined.length;
    for (const session of part) {
      const position = joined.slice(0, before).findLastIndex((newer) => isOf(newer, session));
      const newer = joined[position];
      if (newer === undefined) joined.push(session);
      else joined[position] = together(newer, session);
    }
  }
  return joined;
}

/** Whether the older session is what the newer one had before. */
function isOf(newer: Session, older: Session): boolean {
  if (!newer.continues || nameOf(newer) !== nameOf(older)) return false;
  return Date.parse(newer.first_at ?? "") - Date.parse(older.last_at ?? "") <= LONGEST_PAUSE_MS;
}

/** What nobody is known to have done is together by kind and account. */
function nameOf({ principal, events: [event] }: Session): string {
  return principal ?? `${event?.type ?? ""} ${event?.account_id ?? ""}`;
}

function together(newer: Session, older: Session): Session {
  return {
    ...newer,
    origins: distinct([...newer.origins, ...older.origins], String),
    source_ips: distinct([...newer.source_ips, ...older.source_ips], String),
    first_at: older.first_at,
    severities: sum(newer.severities, older.severities),
    resources: distinct([...newer.resources, ...older.resources], touchedName),
    events: [...newer.events, ...older.events],
    continues: older.continues,
  };
}

function sum(one: Counts, other: Counts): Counts {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return Object.fromEntries([...names].map((name) => [name, (one[name] ?? 0) + (other[name] ?? 0)]));
}

function distinct<Value>(values: readonly Value[], name: (value: Value) => string): readonly Value[] {
  const first = new Map<string, Value>();
  for (const value of values) if (!first.has(name(value))) first.set(name(value), value);
  return [...first.values()];
}

function touchedName({ account_id, region, resource_type, resource_id }: Touched): string {
  return JSON.stringify([account_id, region, resource_type, resource_id]);
}
