/** Turns JSON of the server into the API's types: absent fields become null, unknown ones are left out. */
import { SEVERITIES } from "./types";
import type {
  Acknowledgement,
  Connected,
  Drift,
  DriftStatus,
  FalcoAlert,
  Gap,
  HistoryEntry,
  Holder,
  Json,
  JsonObject,
  ProposedImport,
  Severity,
  StateChange,
  StateReference,
  UserIdentity,
} from "./types";

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
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new DecodeError("not a JSON object");
  }
  return value as JsonObject;
}

function text(from: JsonObject, key: string): string | null {
  const value = from[key];
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : null;
}

function whole(from: JsonObject, key: string): number | null {
  const value = from[key];
  return typeof value === "number" ? value : null;
}

function flag(from: JsonObject, key: string): boolean | null {
  const value = from[key];
  return typeof value === "boolean" ? value : null;
}

function texts(from: JsonObject, key: string): readonly string[] {
  const value = from[key];
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}

function child(from: JsonObject, key: string): JsonObject | null {
  const value = from[key];
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
}

/** An unknown word counts as medium: neither hidden among the harmless nor crying wolf. */
function severity(from: JsonObject): Severity {
  return SEVERITIES.find((known) => known === from.severity) ?? "medium";
}

function status(from: JsonObject): DriftStatus {
  const value = from.status;
  return value === "acknowledged" || value === "resolved" ? value : "open";
}

function userIdentity(from: JsonObject): UserIdentity {
  return {
    type: text(from, "type"),
    user_name: text(from, "user_name"),
    arn: text(from, "arn"),
    principal_id: text(from, "principal_id"),
    account_id: text(from, "account_id"),
    session_name: text(from, "session_name"),
    mfa: flag(from, "mfa"),
  };
}

function stateReference(from: JsonObject | null): StateReference | null {
  return (
    from && {
      bucket: text(from, "bucket"),
      key: text(from, "key"),
      serial: whole(from, "serial"),
      lineage: text(from, "lineage"),
      version_id: text(from, "version_id"),
    }
  );
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function objects(from: JsonObject, key: string): readonly JsonObject[] {
  const value = from[key];
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function holder(from: JsonObject): Holder {
  return { resource_address: text(from, "resource_address"), state: stateReference(child(from, "state")) };
}

function acknowledgement(from: JsonObject | null): Acknowledgement | null {
  return (
    from && {
      by: text(from, "by"),
      at: text(from, "at"),
      note: text(from, "note"),
      until: text(from, "until"),
    }
  );
}

function proposedImport(from: JsonObject | null): ProposedImport | null {
  return from && { address: text(from, "address"), id: text(from, "id"), block: text(from, "block") };
}

function historyEntry(from: JsonObject): HistoryEntry {
  return {
    transition: text(from, "transition"),
    status: status(from),
    at: text(from, "at"),
    by: text(from, "by"),
    reason: text(from, "reason"),
    event_id: text(from, "event_id"),
  };
}

/** Reads a drift record; one without an `id` gets one from what makes a drift the same drift. */
export function decodeDrift(from: JsonObject): Drift {
  const cause = child(from, "cause") ?? {};
  const origin = child(from, "origin") ?? {};
  const resolution = child(from, "resolution");
  const resourceType = text(from, "resource_type") ?? "unknown";
  const resourceId = text(from, "resource_id") ?? "unknown";
  const attribute = text(from, "attribute");
  const address = text(from, "resource_address");
  return {
    id: text(from, "id") ?? [resourceType, resourceId, attribute ?? ""].join("\n"),
    status: status(from),
    transition: text(from, "transition"),
    change_type: text(from, "change_type"),
    severity: severity(from),
    severity_reason: text(from, "severity_reason"),
    provider: text(from, "provider"),
    account_id: text(from, "account_id"),
    region: text(from, "region"),
    resource_type: resourceType,
    resource_id: resourceId,
    resource_address: address,
    managed: flag(from, "managed") ?? address !== null,
    attribute,
    old_value: from.old_value ?? null,
    new_value: from.new_value ?? null,
    user_identity: userIdentity(child(from, "user_identity") ?? {}),
    origin: {
      kind: text(origin, "kind") ?? "unknown",
      evidence: texts(origin, "evidence"),
      confidence: text(origin, "confidence"),
    },
    source_ip: text(from, "source_ip"),
    user_agent: text(from, "user_agent"),
    timestamp: text(from, "timestamp"),
    detected_at: text(from, "detected_at"),
    cause: {
      event_id: text(cause, "event_id"),
      event_source: text(cause, "event_source"),
      event_name: text(cause, "event_name"),
      request_id: text(cause, "request_id"),
    },
    state: stateReference(child(from, "state")),
    fidelity: text(from, "fidelity"),
    resolution: resolution && {
      how: text(resolution, "how") ?? "unknown",
      by: text(resolution, "by"),
      at: text(resolution, "at"),
    },
    kind: text(from, "kind"),
    group: text(from, "group"),
    also_managed_by: objects(from, "also_managed_by").map(holder),
    report_reason: text(from, "report_reason"),
    acknowledgement: acknowledgement(child(from, "acknowledgement")),
    import: proposedImport(child(from, "import")),
    history: objects(from, "history").map(historyEntry),
  };
}

/** Reads a Falco alert; one without an `event_id` is known by its content. */
export function decodeFalco(from: JsonObject): FalcoAlert {
  const rule = text(from, "rule") ?? "unknown rule";
  const output = text(from, "output") ?? "";
  const timestamp = text(from, "timestamp");
  const hostname = text(from, "hostname");
  return {
    id: text(from, "event_id") ?? [rule, timestamp ?? "", hostname ?? "", output].join("\n"),
    severity: severity(from),
    rule,
    output,
    container_id: text(from, "container_id"),
    priority: text(from, "priority"),
    source: text(from, "source"),
    timestamp,
    hostname,
    tags: texts(from, "tags"),
  };
}

/** Reads a state change, which is known by its state's version and the resource. */
export function decodeStateChange(from: JsonObject): StateChange {
  const resource = text(from, "resource") ?? "unknown";
  const action = text(from, "action") ?? "modified";
  const serial = whole(from, "serial");
  const state = stateReference(child(from, "state"));
  const version = [state?.bucket, state?.key, state?.lineage, state?.version_id, serial];
  return {
    id: [...version, resource, action].map((part) => part ?? "").join("\n"),
    resource,
    action,
    serial,
    resource_type: text(from, "resource_type"),
    resource_id: text(from, "resource_id"),
    state,
    changed_attributes: texts(from, "changed_attributes"),
    timestamp: text(from, "timestamp"),
  };
}

/** Reads the stream's greeting. */
export function decodeConnected(from: JsonObject): Connected {
  return { stream_id: text(from, "stream_id"), message: text(from, "message") };
}

/** Reads the notice that events were lost. */
export function decodeGap(from: JsonObject): Gap {
  return { reason: text(from, "reason") ?? text(from, "message") };
}

/** Reads a list of objects; anything else in the list is a fault. */
export function decodeList<Item>(
  value: Json | undefined,
  decode: (from: JsonObject) => Item,
): readonly Item[] {
  if (!Array.isArray(value)) throw new DecodeError("not a list");
  return value.map((item: unknown) => decode(toObject(item)));
}
