/** How far the page is behind. */
import { describe, expect, it } from "vitest";
import { decodeDrift } from "../../src/api/decode";
import { toObject } from "../../src/api/fields";
import type { StreamEvent } from "../../src/api/types";
import { lagOf } from "../../src/features/connection/lag";
import { duration } from "../../src/shared/time";
import { driftRecord } from "../support/records";

const CALLED = Date.parse("2025-01-15T10:00:00Z");

function received(after: number, change = {}): StreamEvent {
  const data = decodeDrift(toObject(driftRecord({ transition: "opened", ...change })));
  return { type: "drift", id: `e:${after}`, data, receivedAt: CALLED + after };
}

describe("the lag", () => {
  it("is the middle of the times from call to page", () => {
    expect(lagOf([received(9_000), received(1_000), received(2_000)])).toEqual({ median: 2_000, of: 3 });
  });

  it("leaves out what no call made just now, and what has no time", () => {
    expect(lagOf([received(5_000, { transition: "resolved" }), received(1, { timestamp: null })])).toBeNull();
  });

  it("is never negative, whatever the clocks say", () => {
    expect(lagOf([received(-3_000)])).toEqual({ median: 0, of: 1 });
  });

  it("is told in the largest unit that fits", () => {
    expect([850, 12_400, 240_000, 3 * 3_600_000].map(duration)).toEqual(["850 ms", "12 s", "4 min", "3 h"]);
  });
});
