/** Turns events in brief, and what is made of them, into the API's types. */
import { decodeDrift } from "./decode";
import { counts, flag, isObject, knownSeverity, objects, text, texts } from "./fields";
import type { DriftDetail, EventBrief, RelatedEvent, Relation, Session } from "./rest-types";
import type { JsonObject } from "./types";

const RELATIONS: readonly Relation[] = ["principal", "resource", "time"];

/** Reads one drift's answer, with its history and the events around it. */
export function decodeDriftDetail(from: JsonObject): DriftDetail {
  const drift = decodeDrift(from);
  return {
    ...drift,
    history: drift.history ?? [],
    related_events: objects(from, "related_events").map(relatedEvent),
    related_events_truncated: relations(from, "related_events_truncated"),
  };
}

/** Reads a session of the timeline. */
export function decodeSession(from: JsonObject): Session {
  return {
    principal: text(from, "principal"),
    user_name: text(from, "user_name"),
    session_name: text(from, "session_name"),
    account_id: text(from, "account_id"),
    origins: texts(from, "origins"),
    source_ips: texts(from, "source_ips"),
    first_at: text(from, "first_at"),
    last_at: text(from, "last_at"),
    severities: counts(from, "severities"),
    resources: objects(from, "resources").map((touched) => ({
      account_id: text(touched, "account_id"),
      region: text(touched, "region"),
      resource_type: text(touched, "resource_type"),
      resource_id: text(touched, "resource_id"),
    })),
    events: objects(from, "events").map(eventBrief),
    continues: flag(from, "continues") ?? false,
  };
}

function relatedEvent(from: JsonObject): RelatedEvent {
  return { ...eventBrief(from), relation: relations(from, "relation") };
}

function relations(from: JsonObject, key: string): readonly Relation[] {
  const named = texts(from, key);
  return RELATIONS.filter((relation) => named.includes(relation));
}

function eventBrief(from: JsonObject): EventBrief {
  const { about } = from;
  return {
    event_id: text(from, "event_id") ?? "",
    type: from.type === "falco" || from.type === "state_change" ? from.type : "drift",
    timestamp: text(from, "timestamp"),
    severity: knownSeverity(from),
    account_id: text(from, "account_id"),
    region: text(from, "region"),
    resource_type: text(from, "resource_type"),
    resource_id: text(from, "resource_id"),
    principal: text(from, "principal"),
    user_name: text(from, "user_name"),
    event_name: text(from, "event_name"),
    about: Object.fromEntries(
      Object.entries(isObject(about) ? about : {}).filter(
        (entry): entry is [string, string | number | null] =>
          entry[1] === null || typeof entry[1] === "string" || typeof entry[1] === "number",
      ),
    ),
  };
}
