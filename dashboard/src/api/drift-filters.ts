/** The filters of a list of drifts, and whether a drift fits them as the server would say. */
import { listed } from "./list-filters";
import type { OneOrMany } from "./list-filters";
import type { Drift, DriftStatus, Severity } from "./types";

export interface DriftFilters {
  readonly severity?: OneOrMany<Severity>;
  readonly status?: OneOrMany<DriftStatus>;
  readonly resource_type?: OneOrMany;
  readonly provider?: OneOrMany;
  readonly account_id?: OneOrMany;
  /** ISO 8601; calls made then or later. */
  readonly since?: string;
}

const LASTING = ["resource_type", "provider", "account_id"] as const;
const LISTED = ["severity", "status", ...LASTING] as const;

/** The parameters of a list of drifts; equal filters give equal ones. */
export type DriftListQuery = Readonly<Record<(typeof LISTED)[number], readonly string[]>> & {
  readonly since: string | null;
  readonly limit: number;
};

/** Returns the parameters that ask for drifts with those filters. */
export function driftListQuery(filters: DriftFilters, limit: number): DriftListQuery {
  return {
    severity: listed(filters.severity),
    status: listed(filters.status),
    resource_type: listed(filters.resource_type),
    provider: listed(filters.provider),
    account_id: listed(filters.account_id),
    since: filters.since ?? null,
    limit,
  };
}

/** Whether a list with these parameters has that drift. */
export function listHas(query: DriftListQuery, drift: Drift): boolean {
  const isLate = query.since === null || Date.parse(drift.timestamp ?? "") >= Date.parse(query.since);
  return isLate && LISTED.every((name) => allows(query, name, drift));
}

/** Whether such a list may have had the drift before: its severity, status and time may have been others. */
export function listMayHaveHad(query: DriftListQuery, drift: Drift): boolean {
  return LASTING.every((name) => allows(query, name, drift));
}

function allows(query: DriftListQuery, name: (typeof LISTED)[number], drift: Drift): boolean {
  return query[name].length === 0 || query[name].includes(drift[name] ?? "");
}
