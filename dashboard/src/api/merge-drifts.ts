/** Puts drifts that the stream brought into a list that was loaded before, as if it were loaded now. */
import { listHas, listMayHaveHad } from "./drift-filters";
import type { DriftListQuery } from "./drift-filters";
import type { Part, Parts } from "./rest-types";
import type { Drift } from "./types";

/** The latest record of each drift, by its id. */
export type DriftsById = ReadonlyMap<string, Drift>;

/**
 * Returns the list with `changed` in it: what fits its parameters is put in its place, newest first, what no longer
 * fits is taken out, and what belongs behind the last loaded part is left to the next one. Where nobody can know
 * whether that was counted, the total is a lower bound from then on.
 */
export function mergeDrifts(list: Parts<Drift>, query: DriftListQuery, changed: DriftsById): Parts<Drift> {
  const isWhole = list.pages.at(-1)?.next_cursor === null;
  // The next part begins behind what was loaded last, whatever becomes of that here.
  const end = list.pages.flatMap(({ items }) => items).at(-1);
  const known = new Set(list.pages.flatMap(({ items }) => items.map(({ id }) => id)));
  const parts = list.pages.map(({ items }) => items.filter(({ id }) => !changed.has(id)));
  const differences: (number | null)[] = [];
  for (const drift of changed.values()) {
    const isLoaded = isWhole || (end !== undefined && !comesBefore(end, drift));
    if (isLoaded && listHas(query, drift)) insert(parts, drift);
    differences.push(difference(query, drift, known.has(drift.id), isWhole));
  }
  return {
    ...list,
    pages: list.pages.map((part, position) => ({
      ...part,
      ...(position === 0 && recounted(part, differences)),
      items: parts[position] ?? [],
    })),
  };
}

function insert(parts: readonly Drift[][], drift: Drift): void {
  for (const part of parts) {
    const position = part.findIndex((other) => comesBefore(drift, other));
    if (position >= 0) {
      part.splice(position, 0, drift);
      return;
    }
  }
  parts.at(-1)?.push(drift);
}

/** The server's order: newest first, and of one moment the greatest id. */
function comesBefore(one: Drift, other: Drift): boolean {
  const later = moment(one) - moment(other);
  return later > 0 || (later === 0 && one.id > other.id);
}

/** By how much the list's total changes; null where the drift may be in a part that is not loaded. */
function difference(query: DriftListQuery, drift: Drift, wasThere: boolean, isWhole: boolean): number | null {
  const fits = listHas(query, drift);
  if (wasThere) return fits ? 0 : -1;
  if (isWhole || drift.transition === "opened") return fits ? 1 : 0;
  return listMayHaveHad(query, drift) ? null : 0;
}

function recounted(
  { total, total_is_exact }: Part<Drift>,
  differences: readonly (number | null)[],
): Pick<Part<Drift>, "total" | "total_is_exact"> {
  if (total === null) return { total, total_is_exact };
  const sum = differences.reduce<number>((all, each) => all + (each ?? 0), total);
  return { total: Math.max(0, sum), total_is_exact: total_is_exact && !differences.includes(null) };
}

function moment({ timestamp }: Drift): number {
  const parsed = Date.parse(timestamp ?? "");
  return Number.isNaN(parsed) ? 0 : parsed;
}
