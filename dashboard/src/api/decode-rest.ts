/** Turns answers of the REST API into its types. */
import { decodeDrift, decodeFalco, decodeStateChange, decodeStateReference } from "./decode";
import {
  DecodeError,
  child,
  counts,
  decodeList,
  flag,
  knownSeverity,
  text,
  texts,
  toObject,
  whole,
} from "./fields";
import type { FeedEntry, Part, StateResource, Stats, TerraformState } from "./rest-types";
import type { JsonObject } from "./types";

/** Reads one part of a listing. */
export function decodePart<Item>(data: JsonObject, decode: (from: JsonObject) => Item): Part<Item> {
  return {
    items: decodeList(data.items, decode),
    total: whole(data, "total"),
    total_is_exact: flag(data, "total_is_exact") ?? typeof data.total === "number",
    next_cursor: text(data, "next_cursor"),
  };
}

/** Reads an event of the feed; throws `DecodeError` for one of a kind that nobody knows. */
export function decodeFeedEntry(from: JsonObject): FeedEntry {
  const payload = toObject(from.payload);
  const common = {
    event_id: text(from, "event_id") ?? "",
    timestamp: text(from, "timestamp"),
    severity: knownSeverity(from),
    resource_type: text(from, "resource_type"),
    account_id: text(from, "account_id"),
  };
  switch (from.type) {
    case "drift":
      return { ...common, type: "drift", payload: decodeDrift(payload) };
    case "falco":
      return { ...common, type: "falco", payload: decodeFalco(payload) };
    case "state_change":
      return { ...common, type: "state_change", payload: decodeStateChange(payload) };
    default:
      throw new DecodeError(`an event of the unknown type ${JSON.stringify(from.type)}`);
  }
}

/** Reads an indexed state. */
export function decodeTerraformState(from: JsonObject): TerraformState {
  return {
    bucket: text(from, "bucket"),
    key: text(from, "key"),
    serial: whole(from, "serial"),
    lineage: text(from, "lineage"),
    version_id: text(from, "version_id"),
    terraform_version: text(from, "terraform_version"),
    resource_count: whole(from, "resource_count"),
    indexed_at: text(from, "indexed_at"),
  };
}

/** Reads a managed resource. */
export function decodeStateResource(from: JsonObject): StateResource {
  return {
    address: text(from, "address") ?? "unknown",
    resource_type: text(from, "resource_type") ?? "unknown",
    resource_id: text(from, "resource_id"),
    provider: text(from, "provider"),
    account_id: text(from, "account_id"),
    region: text(from, "region"),
    identifiers: texts(from, "identifiers"),
    depends_on: texts(from, "depends_on"),
    state: decodeStateReference(child(from, "state")),
    attributes: child(from, "attributes") ?? {},
  };
}

/** Reads the figures. */
export function decodeStats(from: JsonObject): Stats {
  return {
    by_status: counts(from, "by_status"),
    by_severity: counts(from, "by_severity"),
    by_resource_type: counts(from, "by_resource_type"),
    by_account: counts(from, "by_account"),
    by_origin: counts(from, "by_origin"),
    unmanaged: whole(from, "unmanaged") ?? 0,
    events_by_type: counts(from, "events_by_type"),
    states: whole(from, "states") ?? 0,
    resources: whole(from, "resources") ?? 0,
    at_least: texts(from, "at_least"),
  };
}
