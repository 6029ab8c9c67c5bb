import { describe, expect, it } from "vitest";
import { decodeDrift } from "../../src/api/decode";
import type { Drift, StreamEvent } from "../../src/api/types";
import { INITIAL_OVERVIEW, KEPT, overviewReducer } from "../../src/features/overview/overview-state";
import type { OverviewState } from "../../src/features/overview/overview-state";
import { countBySeverity, ordered } from "../../src/features/drifts/selection";
import { driftRecord } from "../support/records";

const drift = (id: string, value: string): Drift => decodeDrift(driftRecord({ id, new_value: value }));
const live = (...drifts: Drift[]): StreamEvent[] =>
  drifts.map((data) => ({ type: "drift", id: "", receivedAt: 0, data }));
const gap: StreamEvent = { type: "gap", id: "", receivedAt: 0, data: { reason: null } };

function withEvents(state: OverviewState, ...events: StreamEvent[]): OverviewState {
  return overviewReducer(state, { type: "events", events });
}

function withLoaded(state: OverviewState, generation: number, ...drifts: Drift[]): OverviewState {
  const loaded = { generation, drifts, falco: [], changes: [], notLoaded: 0 };
  return overviewReducer(state, { type: "loaded", loaded });
}

const valuesOf = (state: OverviewState) =>
  Object.fromEntries([...state.drifts.values()].map(({ item }) => [item.id, item.new_value]));

describe("the overview", () => {
  it("takes a drift once that both the stream and the load bring, and believes the stream", () => {
    const streamed = withEvents(INITIAL_OVERVIEW, ...live(drift("a", "newer"), drift("b", "streamed")));
    const state = withLoaded(streamed, 0, drift("a", "older"), drift("c", "loaded"));
    expect(valuesOf(state)).toEqual({ a: "newer", b: "streamed", c: "loaded" });
  });

  it("lets an event replace what was loaded", () => {
    const state = withEvents(
      withLoaded(INITIAL_OVERVIEW, 0, drift("a", "loaded")),
      ...live(drift("a", "live")),
    );
    expect(valuesOf(state)).toEqual({ a: "live" });
  });

  it("loads again after a gap and drops what vanished in it, but not what came after it", () => {
    const before = withEvents(INITIAL_OVERVIEW, ...live(drift("a", "stale"), drift("b", "gone")));
    const inGap = withEvents(before, gap, ...live(drift("c", "after")));
    expect([inGap.gap, inGap.generation]).toEqual([true, 1]);
    const state = withLoaded(inGap, 1, drift("a", "fresh"));
    expect(valuesOf(state)).toEqual({ a: "fresh", c: "after" });
    expect(state.gap).toBe(false);
  });

  it("ignores the answer to a request from before a gap", () => {
    const state = withLoaded(withEvents(INITIAL_OVERVIEW, gap), 0, drift("a", "stale"));
    expect(valuesOf(state)).toEqual({});
    expect(state.gap).toBe(true);
  });

  it("keeps every open drift and the latest of the resolved ones", () => {
    const resolved = Array.from({ length: KEPT + 20 }, (_, n) =>
      decodeDrift(
        driftRecord({
          id: `resolved-${n}`,
          status: "resolved",
          timestamp: new Date(n * 1_000).toISOString(),
        }),
      ),
    );
    const open = Array.from({ length: KEPT + 20 }, (_, n) => drift(`open-${n}`, "x"));
    const state = withEvents(INITIAL_OVERVIEW, ...live(...resolved, ...open));
    const ids = [...state.drifts.keys()];
    expect(ids.filter((id) => id.startsWith("open-"))).toHaveLength(KEPT + 20);
    expect(ids.filter((id) => id.startsWith("resolved-"))).toHaveLength(KEPT);
    expect(ids).toContain(`resolved-${KEPT + 19}`);
    expect(ids).not.toContain("resolved-0");
  });
});

describe("order and counts", () => {
  const drifts = [
    decodeDrift(driftRecord({ id: "old critical", timestamp: "2025-01-01T00:00:00Z" })),
    decodeDrift(driftRecord({ id: "new low", severity: "low", timestamp: "2025-01-03T00:00:00Z" })),
    decodeDrift(driftRecord({ id: "new critical", timestamp: "2025-01-02T00:00:00Z" })),
  ];

  it("puts danger before time, or time alone", () => {
    expect(ordered(drifts, "danger").map(({ id }) => id)).toEqual([
      "new critical",
      "old critical",
      "new low",
    ]);
    expect(ordered(drifts, "time").map(({ id }) => id)).toEqual(["new low", "new critical", "old critical"]);
  });

  it("counts every severity", () => {
    expect(countBySeverity(drifts)).toEqual({ critical: 2, high: 0, medium: 0, low: 1, info: 0 });
  });
});
