/** The timeline's periods. */
import { describe, expect, it } from "vitest";
import { periodOf, sinceOf } from "../../src/features/timeline/period";

const NOW = Date.parse("2025-01-15T10:20:30Z");

describe("a period", () => {
  it("is all where the address names none that is known", () => {
    expect(periodOf(null)).toBe("all");
    expect(periodOf("fortnight")).toBe("all");
    expect(periodOf("week")).toBe("week");
  });

  it("begins at a full hour, so that the question stays the same within it", () => {
    expect(sinceOf("day", NOW)).toBe("2025-01-14T10:00:00.000Z");
    expect(sinceOf("day", NOW + 60_000)).toBe(sinceOf("day", NOW));
    expect(sinceOf("week", NOW)).toBe("2025-01-08T10:00:00.000Z");
    expect(sinceOf("all", NOW)).toBeNull();
  });
});
