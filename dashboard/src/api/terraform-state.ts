/** Hooks on the indexed Terraform states and the resources they manage. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { decodeStateResource, decodeTerraformState } from "./decode-rest";
import { listed } from "./list-filters";
import type { OneOrMany } from "./list-filters";
import { useLiveUpdates } from "./live-updates";
import { DEFAULT_LIMIT, answerQuery, listingQuery } from "./query-options";
import type { ListingOptions, UseAnswerResult, UseListingResult } from "./query-options";
import type { StateResource, TerraformState } from "./rest-types";
import { useApiSettings } from "./settings";
import type { ApiSettings } from "./settings";

export interface ResourceFilters {
  readonly resource_type?: OneOrMany;
  readonly provider?: OneOrMany;
}

/** Which state is meant, where several have an address. */
export interface StateChoice {
  readonly bucket?: string | null;
  readonly key?: string | null;
}

/** Returns the query of the indexed states, by bucket and key. */
export function statesQuery(settings: ApiSettings, limit = DEFAULT_LIMIT) {
  return listingQuery(settings, "states", "state", { limit }, decodeTerraformState);
}

/** Returns the query of the managed resources of all states, by state and address. */
export function resourcesQuery(settings: ApiSettings, filters: ResourceFilters = {}, limit = DEFAULT_LIMIT) {
  const query = {
    resource_type: listed(filters.resource_type),
    provider: listed(filters.provider),
    limit,
  };
  return listingQuery(settings, "resources", "state/resources", query, decodeStateResource);
}

/** Returns the query of the resource with an address. */
export function resourceQuery(settings: ApiSettings, address: string, { bucket, key }: StateChoice = {}) {
  const path = `state/resource/${encodeURIComponent(address)}`;
  return answerQuery(settings, "resource", path, { bucket, key }, decodeStateResource);
}

/** Lists the indexed states, by bucket and key, and asks again when one changed. */
export function useTerraformState(
  options: Omit<ListingOptions<never>, "filters"> = {},
): UseListingResult<TerraformState> {
  const { limit, enabled = true } = options;
  const settings = useApiSettings();
  useLiveUpdates();
  return useInfiniteQuery({ ...statesQuery(settings, limit), enabled });
}

/** Lists the managed resources of all states, by state and address, and asks again when a state changed. */
export function useTerraformResources(
  options: ListingOptions<ResourceFilters> = {},
): UseListingResult<StateResource> {
  const { filters, limit, enabled = true } = options;
  const settings = useApiSettings();
  useLiveUpdates();
  return useInfiniteQuery({ ...resourcesQuery(settings, filters, limit), enabled });
}

/** Reads the resource with an address; null asks for none. Its error's code is `ambiguous_address` where several states have it. */
export function useTerraformResource(
  address: string | null,
  choice: StateChoice = {},
): UseAnswerResult<StateResource> {
  const settings = useApiSettings();
  useLiveUpdates();
  return useQuery({ ...resourceQuery(settings, address ?? "", choice), enabled: address !== null });
}
