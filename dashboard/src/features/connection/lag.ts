/** How long what happens in AWS takes to reach the page. */
import type { StreamEvent } from "../../api/types";

/** The steps of a drift's life that an API call makes; the others come long after the call. */
const BY_CALL: ReadonlySet<string | null> = new Set(["opened", "updated", "reopened"]);

export interface Lag {
  /** The middle of the times from the API call to the arrival here, in milliseconds. */
  readonly median: number;
  /** Of how many drifts. */
  readonly of: number;
}

/** Returns the lag of the drifts among the events; null without any that tells its time. */
export function lagOf(events: readonly StreamEvent[]): Lag | null {
  const times = events.flatMap((event) => {
    if (event.type !== "drift" || !BY_CALL.has(event.data.transition)) return [];
    const called = Date.parse(event.data.timestamp ?? "");
    return Number.isNaN(called) ? [] : [Math.max(0, event.receivedAt - called)];
  });
  const median = times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
  return median === undefined ? null : { median, of: times.length };
}
