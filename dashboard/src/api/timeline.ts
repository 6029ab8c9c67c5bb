/** The hook on who did what, session by session. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { decodeSession } from "./decode-sessions";
import { joinedSessions } from "./join-sessions";
import { listed } from "./list-filters";
import type { OneOrMany } from "./list-filters";
import { useLiveUpdates } from "./live-updates";
import { listingQuery } from "./query-options";
import type { ListingData, ListingOptions, UseListingResult } from "./query-options";
import type { Parts, Session } from "./rest-types";
import { useApiSettings } from "./settings";
import type { ApiSettings } from "./settings";

export interface TimelineFilters {
  /** Of the events. */
  readonly account_id?: OneOrMany;
  /** A session's `principal`, exactly. */
  readonly principal?: string;
  /** ISO 8601; what happened then or later. */
  readonly since?: string;
  /** ISO 8601; what happened then or before. */
  readonly until?: string;
}

/** How many events a part of the timeline has when the caller does not say. */
const DEFAULT_EVENTS = 100;

/** Returns the query of the sessions, that with the newest event first. */
export function timelineQuery(settings: ApiSettings, filters: TimelineFilters = {}, limit = DEFAULT_EVENTS) {
  const query = { ...filters, account_id: listed(filters.account_id), limit };
  return listingQuery(settings, "timeline", "timeline", query, decodeSession, bySession);
}

/** The server does not count sessions. */
function bySession({ pages }: Parts<Session>): ListingData<Session> {
  return { items: joinedSessions(pages.map(({ items }) => items)), total: null, total_is_exact: false };
}

/**
 * Lists who did what, session by session, and asks again after new events. `limit` counts events, up to 500 a part;
 * a session that a part's end cut is put together once the next part is loaded.
 */
export function useTimeline(options: ListingOptions<TimelineFilters> = {}): UseListingResult<Session> {
  const { filters, limit, enabled = true } = options;
  const settings = useApiSettings();
  useLiveUpdates();
  return useInfiniteQuery({ ...timelineQuery(settings, filters, limit), enabled });
}
