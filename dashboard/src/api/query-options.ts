/** What every query of the hooks has in common: cursor paging, typed errors, and when to ask again. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { UseInfiniteQueryResult, UseQueryResult } from "@tanstack/react-query";
import { reconnectDelay } from "./backoff";
import type { DecodeError } from "./fields";
import { liveUpdates } from "./live-updates";
import { answerKey } from "./query-keys";
import type { AnswerKey, Family } from "./query-keys";
import { NetworkError, RestError, getData, getPart } from "./rest";
import type { Query, SignInExpiredError } from "./rest";
import type { Part, Parts } from "./rest-types";
import type { ApiSettings } from "./settings";
import type { JsonObject } from "./types";

/** How often a request that the server could not answer is made again before it counts as failed. */
const RETRIES = 3;

/** How many entries a listing's part has when the caller does not say. */
export const DEFAULT_LIMIT = 50;

/** Why a question has no answer. */
export type ApiError = DecodeError | NetworkError | RestError | SignInExpiredError;

/** A listing as far as it is loaded. */
export interface ListingData<Item> extends Omit<Part<Item>, "next_cursor"> {
  /** Of all loaded parts. */
  readonly items: readonly Item[];
}

export type UseListingResult<Item> = UseInfiniteQueryResult<ListingData<Item>, ApiError>;
export type UseAnswerResult<Answer> = UseQueryResult<Answer, ApiError>;

export interface ListingOptions<Filters> {
  /** Only entries that fit; all when left out. */
  readonly filters?: Filters;
  /** Entries a part, from 1 to 1000; 50 when left out. */
  readonly limit?: number;
  /** False asks nothing yet. */
  readonly enabled?: boolean;
}

/** Returns the query of a listing, whose parts follow each other by cursor; `select` makes one list of them. */
export function listingQuery<Item>(
  settings: ApiSettings,
  family: Family,
  path: string,
  query: Query,
  decode: (from: JsonObject) => Item,
  select: (parts: Parts<Item>) => ListingData<Item> = joined,
) {
  return infiniteQueryOptions<Part<Item>, ApiError, ListingData<Item>, AnswerKey, string | null>({
    queryKey: answerKey(settings, family, query),
    queryFn: async ({ client, pageParam, signal }) => {
      await liveUpdates(client, settings.baseUrl).begun();
      return getPart(settings, path, { ...query, cursor: pageParam }, decode, signal);
    },
    initialPageParam: null,
    getNextPageParam: (last) => last.next_cursor,
    select,
    retry: isWorthAnother,
    retryDelay,
  });
}

/** Returns the query of a single answer. */
export function answerQuery<Answer>(
  settings: ApiSettings,
  family: Family,
  path: string,
  query: Query,
  decode: (from: JsonObject) => Answer,
) {
  return queryOptions<Answer, ApiError, Answer, AnswerKey>({
    queryKey: answerKey(settings, family, { path, ...query }),
    queryFn: async ({ client, signal }) => {
      await liveUpdates(client, settings.baseUrl).begun();
      return decode(await getData(settings, path, query, signal));
    },
    retry: isWorthAnother,
    retryDelay,
  });
}

function joined<Item>({ pages }: Parts<Item>): ListingData<Item> {
  const [first] = pages;
  return {
    items: pages.flatMap(({ items }) => items),
    // The first part's is the latest that the server counted for all.
    total: first?.total ?? null,
    total_is_exact: first?.total_is_exact ?? false,
  };
}

/** A refusal stays a refusal; a fault of the server or of the network may be over soon. */
function isWorthAnother(failures: number, error: ApiError): boolean {
  const mayPass = error instanceof NetworkError || (error instanceof RestError && error.status >= 500);
  return mayPass && failures < RETRIES;
}

function retryDelay(failures: number): number {
  return reconnectDelay(failures, Math.random);
}
