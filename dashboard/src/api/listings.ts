/** Lists of the page's own server, loaded once and whole up to a bound. */
import { decodeDrift } from "./decode";
import { decodeFeedEntry } from "./decode-rest";
import { LARGEST_PART, getPart } from "./rest";
import type { Part } from "./rest-types";
import { OWN_ORIGIN } from "./settings";
import type { Drift, DriftStatus, FalcoAlert, StateChange } from "./types";

export interface Listing<Item> {
  readonly items: readonly Item[];
  /** How many match in all; at least so many where the server does not count on. */
  readonly total: number;
}

/** Returns every drift with that status, newest first, up to `most`; throws as `getData` does. */
export async function allDrifts(
  status: DriftStatus,
  most: number,
  signal: AbortSignal,
): Promise<Listing<Drift>> {
  const items: Drift[] = [];
  let total = 0;
  let cursor: string | null = null;
  do {
    const limit = Math.min(most - items.length, LARGEST_PART);
    const part: Part<Drift> = await getPart(
      OWN_ORIGIN,
      "drifts",
      { status, limit, cursor },
      decodeDrift,
      signal,
    );
    items.push(...part.items);
    total = Math.max(total, part.total ?? 0, items.length);
    cursor = part.next_cursor;
  } while (cursor !== null && items.length < most);
  return { items, total };
}

/** Returns the latest Falco alerts; throws as `getData` does. */
export async function listFalcoAlerts(limit: number, signal: AbortSignal): Promise<readonly FalcoAlert[]> {
  const entries = await latestEvents("falco", limit, signal);
  return entries.flatMap((entry) => (entry.type === "falco" ? [entry.payload] : []));
}

/** Returns the latest changes of Terraform states; throws as `getData` does. */
export async function listStateChanges(limit: number, signal: AbortSignal): Promise<readonly StateChange[]> {
  const entries = await latestEvents("state_change", limit, signal);
  return entries.flatMap((entry) => (entry.type === "state_change" ? [entry.payload] : []));
}

async function latestEvents(type: "falco" | "state_change", limit: number, signal: AbortSignal) {
  const part = await getPart(OWN_ORIGIN, "events", { type, limit }, decodeFeedEntry, signal);
  return part.items;
}
