/** Finding alerts by words. */
import { describe, expect, it } from "vitest";
import { toObject } from "../../src/api/fields";
import { decodeFalco } from "../../src/api/decode";
import { alertMatches } from "../../src/features/falco/alert-search";
import { falcoPayload } from "../support/records";

const alert = decodeFalco(
  toObject(falcoPayload({ hostname: "node-7", tags: ["container", "shell"], priority: "Critical" })),
);

describe("the words", () => {
  it("may stand in any field, in any case and order", () => {
    expect(alertMatches(alert, "SHELL node-7")).toBe(true);
    expect(alertMatches(alert, "abc123 terminal")).toBe(true);
    expect(alertMatches(alert, "")).toBe(true);
    expect(alertMatches(alert, "  ")).toBe(true);
  });

  it("must all stand in the alert", () => {
    expect(alertMatches(alert, "shell node-8")).toBe(false);
  });
});
