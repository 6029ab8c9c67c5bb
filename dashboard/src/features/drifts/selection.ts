/** Which drifts the page shows, how they are counted, and in what order. */
import { SEVERITIES } from "../../api/types";
import type { Drift, Severity } from "../../api/types";
import { mostDangerousFirst } from "../../shared/severity";

export type DriftOrder = "danger" | "time";
export type SeverityCounts = Readonly<Record<Severity, number>>;

/** Whether a drift still asks for somebody's attention. */
export function isUnresolved(drift: Drift): boolean {
  return drift.status !== "resolved";
}

/** How many drifts have each severity. */
export function countBySeverity(drifts: readonly Drift[]): SeverityCounts {
  const counts = Object.fromEntries(SEVERITIES.map((severity) => [severity, 0])) as Record<Severity, number>;
  for (const { severity } of drifts) counts[severity] += 1;
  return counts;
}

/** Orders by danger and then by time, or by time alone; the id decides between equals. */
export function ordered(drifts: readonly Drift[], order: DriftOrder): readonly Drift[] {
  return drifts.toSorted(
    (a, b) =>
      (order === "danger" ? mostDangerousFirst(a, b) : 0) ||
      compare(b.timestamp, a.timestamp) ||
      compare(a.id, b.id),
  );
}

function compare(a: string | null, b: string | null): number {
  const [left, right] = [a ?? "", b ?? ""];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
