/** What the REST API and the stream deliver, as TypeScript types; unknown extra fields never break a client. */

/** How dangerous a change is, most dangerous first. */
export const SEVERITIES = ["critical", "high", "medium", "low", "info"] as const;
export type Severity = (typeof SEVERITIES)[number];

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = Readonly<Record<string, Json>>;

export type DriftStatus = "open" | "acknowledged" | "resolved";

/** Who made a call; `user_name` is the person, of a role session the session's name. */
export interface UserIdentity {
  readonly type: string | null;
  readonly user_name: string | null;
  readonly arn: string | null;
  readonly principal_id: string | null;
  readonly account_id: string | null;
  readonly session_name: string | null;
  readonly mfa: boolean | null;
}

/** By what means a call was made, and the facts that say so. */
export interface Origin {
  readonly kind: string;
  readonly evidence: readonly string[];
  /** `high` where AWS recorded it, `medium` where the caller says so of itself, else `low`. */
  readonly confidence?: string | null;
}

/** The API call that made a drift. */
export interface Cause {
  readonly event_id: string | null;
  readonly event_source: string | null;
  readonly event_name: string | null;
  readonly request_id: string | null;
}

/** The version of a Terraform state that the expected value was read from. */
export interface StateReference {
  readonly bucket: string | null;
  readonly key: string | null;
  readonly serial: number | null;
  readonly lineage: string | null;
  readonly version_id: string | null;
}

/** How a drift ended, by whom, and when. */
export interface Resolution {
  readonly how: string;
  readonly by: string | null;
  readonly at: string | null;
}

/** That a person took note of a drift, and until when that is to hold. */
export interface Acknowledgement {
  readonly by: string | null;
  readonly at: string | null;
  readonly note: string | null;
  readonly until: string | null;
}

/** Another state that holds the same resource. */
export interface Holder {
  readonly resource_address: string | null;
  readonly state: StateReference | null;
}

/** How Terraform may take over what was created without it. */
export interface ProposedImport {
  readonly address: string | null;
  /** Null, as `block` is, for a type that cannot be imported by what is known. */
  readonly id: string | null;
  readonly block: string | null;
}

/** One step of a drift's life. */
export interface HistoryEntry {
  readonly transition: string | null;
  readonly status: DriftStatus;
  readonly at: string | null;
  readonly by: string | null;
  readonly reason: string | null;
  readonly event_id: string | null;
}

/** One difference between Terraform and AWS, for one attribute of one resource. */
export interface Drift {
  readonly id: string;
  readonly status: DriftStatus;
  /** What just happened to it (`opened`, `updated`, `reopened`, `resolved`, `acknowledged`); stream only. */
  readonly transition: string | null;
  readonly change_type: string | null;
  readonly severity: Severity;
  readonly severity_reason: string | null;
  readonly provider: string | null;
  readonly account_id: string | null;
  readonly region: string | null;
  readonly resource_type: string;
  readonly resource_id: string;
  /** Terraform's address; null for a resource that no state manages. */
  readonly resource_address: string | null;
  readonly managed: boolean;
  readonly attribute: string | null;
  /** Terraform's value. */
  readonly old_value: Json;
  /** The value in AWS now. */
  readonly new_value: Json;
  readonly user_identity: UserIdentity;
  readonly origin: Origin;
  readonly source_ip: string | null;
  readonly user_agent: string | null;
  /** When the API call was made, ISO 8601 in UTC. */
  readonly timestamp: string | null;
  readonly detected_at: string | null;
  readonly cause: Cause;
  readonly state: StateReference | null;
  readonly fidelity: string | null;
  readonly resolution: Resolution | null;
  /** `drift`, or `unmanaged` for what was created without Terraform. */
  readonly kind?: string | null;
  /** The same for all that one call did. */
  readonly group?: string | null;
  readonly also_managed_by?: readonly Holder[];
  /** Why a call that calls itself Terraform's is reported after all. */
  readonly report_reason?: string | null;
  readonly acknowledgement?: Acknowledgement | null;
  readonly import?: ProposedImport | null;
  /** Oldest step first; in the answer to one drift only. */
  readonly history?: readonly HistoryEntry[];
}

/** A Falco alert. */
export interface FalcoAlert {
  readonly id: string;
  readonly severity: Severity;
  readonly rule: string;
  readonly output: string;
  readonly container_id: string | null;
  readonly priority: string | null;
  readonly source: string | null;
  readonly timestamp: string | null;
  readonly hostname: string | null;
  readonly tags: readonly string[];
}

/** A resource that a new version of a Terraform state added, modified or removed. */
export interface StateChange {
  readonly id: string;
  /** The resource's address. */
  readonly resource: string;
  readonly action: string;
  readonly serial: number | null;
  readonly resource_type: string | null;
  readonly resource_id: string | null;
  readonly state: StateReference | null;
  readonly changed_attributes: readonly string[];
  readonly timestamp: string | null;
}

/** The stream's first message. */
export interface Connected {
  readonly stream_id: string | null;
  readonly message: string | null;
}

/** The stream says that events between the client's last one and now are lost to it. */
export interface Gap {
  readonly reason: string | null;
}

interface StreamEventOf<Type extends string, Data> {
  readonly type: Type;
  /** The server's cursor for this event; empty when the server sends none. */
  readonly id: string;
  readonly data: Data;
  /** When this page received it, in milliseconds since the epoch. */
  readonly receivedAt: number;
}

export type ConnectedEvent = StreamEventOf<"connected", Connected>;
export type DriftEvent = StreamEventOf<"drift", Drift>;
export type FalcoEvent = StreamEventOf<"falco", FalcoAlert>;
export type StateChangeEvent = StreamEventOf<"state_change", StateChange>;
export type GapEvent = StreamEventOf<"gap", Gap>;
export type StreamEvent = ConnectedEvent | DriftEvent | FalcoEvent | StateChangeEvent | GapEvent;
export type StreamEventType = StreamEvent["type"];

export const STREAM_EVENT_TYPES = [
  "connected",
  "drift",
  "falco",
  "state_change",
  "gap",
] as const satisfies readonly StreamEventType[];
