/** What only the REST API delivers, as TypeScript types; a drift and the events' payloads are in `types`. */
import type { InfiniteData } from "@tanstack/react-query";
import type { Drift, FalcoAlert, Json, Severity, StateChange, StateReference } from "./types";

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
