/** What only the REST API delivers, as TypeScript types; a drift and the events' payloads are in `types`. */
import type { InfiniteData } from "@tanstack/react-query";
import type { Drift, FalcoAlert, HistoryEntry, Json, Severity, StateChange, StateReference } from "./types";

/** One part of a listing. */
export interface Part<Item> {
  readonly items: readonly Item[];
  /** How many match in all; null where the server does not count them. */
  readonly total: number | null;
  /** Whether `total` is the count; if not, there are at least so many. */
  readonly total_is_exact: boolean;
  /** Asks for the part that follows; null at the end. */
  readonly next_cursor: string | null;
}

/** The loaded parts of a listing, as the cache holds them. */
export type Parts<Item> = InfiniteData<Part<Item>, string | null>;

interface FeedEntryOf<Type extends string, Payload> {
  readonly event_id: string;
  readonly type: Type;
  readonly timestamp: string | null;
  readonly severity: Severity | null;
  readonly resource_type: string | null;
  readonly account_id: string | null;
  /** What the stream sent. */
  readonly payload: Payload;
}

/** An event of the feed as the stream delivered it. */
export type FeedEntry =
  FeedEntryOf<"drift", Drift> | FeedEntryOf<"falco", FalcoAlert> | FeedEntryOf<"state_change", StateChange>;

/** An indexed Terraform state. */
export interface TerraformState extends StateReference {
  readonly terraform_version: string | null;
  readonly resource_count: number | null;
  readonly indexed_at: string | null;
}

/** A resource instance that a state manages; secrets among its attributes are fingerprints. */
export interface StateResource {
  readonly address: string;
  readonly resource_type: string;
  readonly resource_id: string | null;
  readonly provider: string | null;
  readonly account_id: string | null;
  readonly region: string | null;
  readonly identifiers: readonly string[];
  readonly depends_on: readonly string[];
  readonly state: StateReference | null;
  readonly attributes: Readonly<Record<string, Json>>;
}

export type Counts = Readonly<Record<string, number>>;

/** Figures over all; all but `by_status` count the drifts that are not over. */
export interface Stats {
  readonly by_status: Counts;
  readonly by_severity: Counts;
  readonly by_resource_type: Counts;
  readonly by_account: Counts;
  readonly by_origin: Counts;
  readonly unmanaged: number;
  readonly events_by_type: Counts;
  readonly states: number;
  readonly resources: number;
  /** The counts that are lower bounds, such as `events_by_type.drift`. */
  readonly at_least: readonly string[];
}

/** A resource, or an API call that made drifts; fields of the other kind are null. */
export interface GraphNode {
  /** A resource's address; of a call `call:<account>:<event id>`. */
  readonly id: string;
  readonly label: string;
  readonly kind: "resource" | "call";
  readonly resource_type: string | null;
  readonly resource_id: string | null;
  /** The module that a resource lies in; null in the root module. */
  readonly module: string | null;
  /** Steps from the resource that was asked about. */
  readonly distance: number | null;
  /** Of a resource's drifts: open if one of them is; null without any. */
  readonly status: "open" | "acknowledged" | null;
  /** The gravest of the drifts. */
  readonly severity: Severity | null;
  /** The drifts that are not over. */
  readonly drift_ids: readonly string[];
  readonly account_id: string | null;
  readonly region: string | null;
  readonly event_source: string | null;
  readonly event_name: string | null;
  readonly timestamp: string | null;
  readonly principal: string | null;
  readonly user_name: string | null;
  readonly origin: string | null;
  readonly source_ip: string | null;
}

/** A dependency, from the resource that depends, or what a call changed, from the call. */
export interface GraphEdge {
  readonly id: string;
  readonly source: string;
  readonly target: string;
  readonly kind: "depends_on" | "caused";
}

/** A state's graph, or a part of it; `{nodes, edges}` are Cytoscape.js's elements. */
export interface ResourceGraph {
  readonly state: StateReference | null;
  readonly nodes: readonly { readonly data: GraphNode }[];
  readonly edges: readonly { readonly data: GraphEdge }[];
  /** How many resources there would be without bounds. */
  readonly total_resources: number;
  /** Whether resources, edges or drifts were left out. */
  readonly truncated: boolean;
}

/** An event in brief: who did what to which resource. */
export interface EventBrief {
  readonly event_id: string;
  readonly type: FeedEntry["type"];
  readonly timestamp: string | null;
  readonly severity: Severity | null;
  readonly account_id: string | null;
  readonly region: string | null;
  readonly resource_type: string | null;
  readonly resource_id: string | null;
  /** Who did it: the ARN, with the session's name for roles. */
  readonly principal: string | null;
  readonly user_name: string | null;
  /** Of a drift, the API call that made it. */
  readonly event_name: string | null;
  /** What tells it from others: `attribute` and `transition` of a drift, `rule` of an alert, and so on. */
  readonly about: Readonly<Record<string, string | number | null>>;
}

/** What an event has to do with a drift: the same caller, the same resource, or the same moment. */
export type Relation = "principal" | "resource" | "time";

export interface RelatedEvent extends EventBrief {
  readonly relation: readonly Relation[];
}

/** A drift with its history and what happened around it. */
export interface DriftDetail extends Drift {
  /** Oldest step first. */
  readonly history: readonly HistoryEntry[];
  /** Newest first, without the drift's own events. */
  readonly related_events: readonly RelatedEvent[];
  /** The relations of which there are more events than these. */
  readonly related_events_truncated: readonly Relation[];
}

/** A resource that something was done to. */
export interface Touched {
  readonly account_id: string | null;
  readonly region: string | null;
  readonly resource_type: string | null;
  readonly resource_id: string | null;
}

/** What one principal did without a pause of more than 30 minutes. */
export interface Session {
  /** The caller's ARN; null for what nobody is known to have done, which is together by kind and account. */
  readonly principal: string | null;
  readonly user_name: string | null;
  readonly session_name: string | null;
  readonly account_id: string | null;
  readonly origins: readonly string[];
  readonly source_ips: readonly string[];
  readonly first_at: string | null;
  readonly last_at: string | null;
  /** How many events have which severity. */
  readonly severities: Counts;
  readonly resources: readonly Touched[];
  /** Newest first. */
  readonly events: readonly EventBrief[];
  /** Whether earlier events of it may stand in the part that follows. */
  readonly continues: boolean;
}
