import { describe, expect, it } from "vitest";
import { reconnectDelay } from "../../src/api/backoff";

describe("reconnectDelay", () => {
  it.each([0, 1, 2, 5, 50])("is at least a second on attempt %i", (attempt) => {
    expect(reconnectDelay(attempt, () => 0)).toBe(1_000);
  });

  it("has a bound that doubles up to 30 s", () => {
    const bounds = [0, 1, 2, 3, 4, 5, 50].map((attempt) => reconnectDelay(attempt, () => 1));
    expect(bounds).toEqual([2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  });

  it("is spread over the whole range, so that clients do not return together", () => {
    expect(reconnectDelay(4, () => 0.5)).toBe(15_500);
  });
});
