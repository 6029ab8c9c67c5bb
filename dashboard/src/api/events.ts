/** The hook on the feed's past events. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { decodeFeedEntry } from "./decode-rest";
import { listed } from "./list-filters";
import type { OneOrMany } from "./list-filters";
import { useLiveUpdates } from "./live-updates";
import { DEFAULT_LIMIT, listingQuery } from "./query-options";
import type { ListingOptions, UseListingResult } from "./query-options";
import type { FeedEntry } from "./rest-types";
import { useApiSettings } from "./settings";
import type { ApiSettings } from "./settings";
import type { Severity } from "./types";

export interface FeedFilters {
  readonly type?: OneOrMany<FeedEntry["type"]>;
  readonly severity?: OneOrMany<Severity>;
  readonly resource_type?: OneOrMany;
  readonly account_id?: OneOrMany;
  /** ISO 8601; what happened then or later. */
  readonly since?: string;
}

/** Returns the query of the feed's events, newest first. */
export function eventsQuery(settings: ApiSettings, filters: FeedFilters = {}, limit = DEFAULT_LIMIT) {
  const query = {
    type: listed(filters.type),
    severity: listed(filters.severity),
    resource_type: listed(filters.resource_type),
    account_id: listed(filters.account_id),
    since: filters.since,
    limit,
  };
  return listingQuery(settings, "events", "events", query, decodeFeedEntry);
}

/** Lists the events of the feed, newest first, and asks again after new ones; `useSSE` has them as they come. */
export function useEvents(options: ListingOptions<FeedFilters> = {}): UseListingResult<FeedEntry> {
  const { filters, limit, enabled = true } = options;
  const settings = useApiSettings();
  useLiveUpdates();
  return useInfiniteQuery({ ...eventsQuery(settings, filters, limit), enabled });
}
