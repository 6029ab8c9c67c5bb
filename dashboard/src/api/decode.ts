/** Turns JSON of the server into the API's types: absent fields become null, unknown ones are left out. */
import { child, flag, objects, severity, status, text, texts, whole } from "./fields";
import type {
  Acknowledgement,
  Connected,
  Drift,
  FalcoAlert,
  Gap,
  HistoryEntry,
  Holder,
  JsonObject,
  ProposedImport,
  StateChange,
  StateReference,
  UserIdentity,
} from "./types";

/** Reads who made a call. */
export function decodeUserIdentity(from: JsonObject): UserIdentity {
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

/** Reads which version of which state is meant. */
export function decodeStateReference(from: JsonObject | null): StateReference | null {
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

function holder(from: JsonObject): Holder {
  return {
    resource_address: text(from, "resource_address"),
    state: decodeStateReference(child(from, "state")),
  };
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
    user_identity: decodeUserIdentity(child(from, "user_identity") ?? {}),
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
    state: decodeStateReference(child(from, "state")),
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
  const state = decodeStateReference(child(from, "state"));
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
