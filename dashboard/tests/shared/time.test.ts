import { describe, expect, it } from "vitest";
import { ago, utcTime } from "../../src/shared/time";

const NOW = Date.parse("2025-01-15T10:00:00Z");

describe("ago", () => {
  it.each([
    ["2025-01-15T10:00:05Z", "just now"],
    ["2025-01-15T09:59:01Z", "just now"],
    ["2025-01-15T09:56:00Z", "4 min ago"],
    ["2025-01-15T07:00:00Z", "3 h ago"],
    ["2025-01-13T09:00:00Z", "2 d ago"],
  ])("%s is %s", (moment, expected) => {
    expect(ago(Date.parse(moment), NOW)).toBe(expected);
  });
});

describe("utcTime", () => {
  it("names the zone", () => {
    expect(utcTime(NOW)).toBe("2025-01-15 10:00:00 UTC");
  });
});
