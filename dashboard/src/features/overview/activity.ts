/** How much happened when: counts an hour over a day, or finer where all of it is recent. */

export interface Bar {
  /** Where the bar begins, in milliseconds since the epoch. */
  readonly from: number;
  readonly drifts: number;
  readonly alerts: number;
}

const HOUR = 3_600_000;
const BARS = 24;

/** Returns the last 24 hours as bars, the oldest first; the last one holds the present hour. */
export function activity(
  drifts: readonly { readonly timestamp: string | null }[],
  alerts: readonly { readonly timestamp: string | null }[],
  now: number,
): readonly Bar[] {
  const first = Math.floor(now / HOUR) * HOUR - (BARS - 1) * HOUR;
  const bars = Array.from({ length: BARS }, (_, index) => ({
    from: first + index * HOUR,
    drifts: 0,
    alerts: 0,
  }));
  count(drifts, (bar) => (bar.drifts += 1));
  count(alerts, (bar) => (bar.alerts += 1));
  return bars;

  function count(
    items: readonly { readonly timestamp: string | null }[],
    add: (bar: { drifts: number; alerts: number }) => void,
  ): void {
    for (const { timestamp } of items) {
      const at = timestamp === null ? NaN : Date.parse(timestamp);
      const bar = bars[Math.floor((at - first) / HOUR)];
      if (bar !== undefined) add(bar);
    }
  }
}
