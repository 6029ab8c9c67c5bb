/** Hooks on the drifts: the list, one with its history, and taking note of one. */
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { UseMutationResult } from "@tanstack/react-query";
import { decodeDrift } from "./decode";
import { decodeDriftDetail } from "./decode-sessions";
import { driftListQuery } from "./drift-filters";
import type { DriftFilters } from "./drift-filters";
import { liveUpdates, useLiveUpdates } from "./live-updates";
import { driftPath, familyKey } from "./query-keys";
import { DEFAULT_LIMIT, answerQuery, listingQuery } from "./query-options";
import type { ApiError, ListingOptions, UseAnswerResult, UseListingResult } from "./query-options";
import { postData } from "./rest";
import type { DriftDetail } from "./rest-types";
import { useApiSettings } from "./settings";
import type { ApiSettings } from "./settings";
import type { Drift } from "./types";

/** Returns the query of a list of drifts, newest first. */
export function driftsQuery(settings: ApiSettings, filters: DriftFilters = {}, limit = DEFAULT_LIMIT) {
  return listingQuery(settings, "drifts", "drifts", driftListQuery(filters, limit), decodeDrift);
}

/** Returns the query of one drift with its history and the events around it. */
export function driftQuery(settings: ApiSettings, id: string) {
  return answerQuery(settings, "drift", driftPath(id), {}, decodeDriftDetail);
}

/** Lists drifts, newest first. The stream keeps the list current, without asking again. */
export function useDrifts(options: ListingOptions<DriftFilters> = {}): UseListingResult<Drift> {
  const { filters, limit, enabled = true } = options;
  const settings = useApiSettings();
  useLiveUpdates();
  return useInfiniteQuery({ ...driftsQuery(settings, filters, limit), enabled });
}

/** Reads one drift with its history and the events around it, and keeps it current; null asks for none. */
export function useDrift(id: string | null): UseAnswerResult<DriftDetail> {
  const settings = useApiSettings();
  useLiveUpdates();
  return useQuery({ ...driftQuery(settings, id ?? ""), enabled: id !== null });
}

export interface UnacknowledgeInput {
  readonly id: string;
  /** Who says so. */
  readonly by: string;
  readonly note?: string;
}

export interface AcknowledgeInput extends UnacknowledgeInput {
  /** ISO 8601, in the future; the drift is open again from then on. */
  readonly until?: string;
}

/** Takes note of a drift. */
export function useAcknowledge(): UseMutationResult<Drift, ApiError, AcknowledgeInput> {
  return useStatement<AcknowledgeInput>("acknowledge");
}

/** Takes that back: the drift is open again. */
export function useUnacknowledge(): UseMutationResult<Drift, ApiError, UnacknowledgeInput> {
  return useStatement<UnacknowledgeInput>("unacknowledge");
}

/** The answer is the drift as it is now, which all lists show at once. */
function useStatement<Input extends UnacknowledgeInput>(
  verb: "acknowledge" | "unacknowledge",
): UseMutationResult<Drift, ApiError, Input> {
  const client = useQueryClient();
  const settings = useApiSettings();
  return useMutation<Drift, ApiError, Input>({
    mutationFn: async ({ id, ...statement }) =>
      decodeDrift(await postData(settings, `${driftPath(id)}/${verb}`, { ...statement })),
    onSuccess: async (drift) => {
      liveUpdates(client, settings.baseUrl).put(new Map([[drift.id, drift]]));
      await client.invalidateQueries({ queryKey: familyKey(settings, "stats") });
    },
  });
}
