/** The periods that the timeline can be asked for. */

const HOUR = 3_600_000;

export const PERIODS = [
  { key: "day", label: "last 24 hours", hours: 24 },
  { key: "week", label: "last 7 days", hours: 7 * 24 },
  { key: "all", label: "all that is kept", hours: null },
] as const;

export type Period = (typeof PERIODS)[number]["key"];

/** The period that an address names; all where it names none that is known. */
export function periodOf(name: string | null): Period {
  return PERIODS.find(({ key }) => key === name)?.key ?? "all";
}

/** When a period began, by the full hour, so that the question stays the same for a while; null for all. */
export function sinceOf(period: Period, now: number): string | null {
  const hours = PERIODS.find(({ key }) => key === period)?.hours ?? null;
  return hours === null ? null : new Date((Math.floor(now / HOUR) - hours) * HOUR).toISOString();
}
