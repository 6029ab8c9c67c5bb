/** The drifts' table: its address holds what is shown, and what is shown is what the address says. */
import { describe, expect, it } from "vitest";
import { decodeDrift } from "../../src/api/decode";
import { moduleOf } from "../../src/features/drift-table/fields";
import { grouped, matches, readView, shown, writeView } from "../../src/features/drift-table/view";
import type { Drift, JsonObject } from "../../src/api/types";
import { driftRecord } from "../support/records";

function drift(change: JsonObject = {}): Drift {
  return decodeDrift(driftRecord(change));
}

const DRIFTS = [
  drift({ id: "a", severity: "low", timestamp: "2025-01-15T10:00:00Z", group: "g-1" }),
  drift({ id: "b", severity: "critical", timestamp: "2025-01-15T11:00:00Z", group: "g-1" }),
  drift({ id: "c", severity: "high", timestamp: "2025-01-15T09:00:00Z", group: "g-2", account_id: "1" }),
];

function ids(query: string): string {
  return shown(DRIFTS, readView(new URLSearchParams(query)))
    .map(({ id }) => id)
    .join("");
}

describe("the address of the table", () => {
  it.each([
    "",
    "severity=critical&severity=high",
    "-principal=oncall&~address=web&-~agent=aws-cli",
    "q=security&-q=tags",
    "severity=low&sort=severity&order=up&group=module",
  ])("comes back as it was: %s", (query) => {
    expect(writeView(readView(new URLSearchParams(query))).toString()).toBe(
      new URLSearchParams(query).toString(),
    );
  });

  it("leaves aside what it does not know", () => {
    const view = readView(new URLSearchParams("colour=red&sort=colour&group=moon&order=sideways"));
    expect(view).toEqual({ conditions: [], sort: "time", descending: true, group: null });
  });
});

describe("what is shown", () => {
  it.each([
    ["", "bac"],
    ["order=up", "cab"],
    ["sort=severity&order=up", "bca"],
    ["severity=critical&severity=low", "ba"],
    ["severity=critical&account=1", ""],
    ["-severity=critical", "ac"],
    ["q=CRITICAL", "b"],
    ["-q=critical", "ac"],
    ["~type=security", "bac"],
    ["-~type=security", ""],
  ])("%s shows %s", (query, expected) => {
    expect(ids(query)).toBe(expected);
  });

  it("finds a text in every field", () => {
    for (const value of ["aws_security_group.web", "203.0.113", "oncall", "ingress", "sg-0a1b2c3d"]) {
      expect(matches(drift(), [{ field: null, operator: ":", value }])).toBe(true);
    }
    expect(matches(drift(), [{ field: null, operator: ":", value: "nobody" }])).toBe(false);
  });
});

describe("groups", () => {
  it("hold every drift once, the largest first", () => {
    const groups = grouped(DRIFTS, "cause");
    expect(groups.map(({ drifts }) => drifts.map(({ id }) => id).join(""))).toEqual(["ab", "c"]);
    expect(groups[0]?.name).toContain("by oncall");
  });

  it("name what has no value", () => {
    expect(grouped([drift({ account_id: null })], "account")[0]?.name).toBe("none");
  });
});

describe("the module of an address", () => {
  it.each([
    ["aws_vpc.main", "root"],
    ["module.net.aws_vpc.main", "module.net"],
    ['module.a["x/y"].module.b[0].aws_vpc.main["k"]', 'module.a["x/y"].module.b[0]'],
    [null, null],
  ])("%s lies in %s", (address, module) => {
    expect(moduleOf(drift({ resource_address: address }))).toBe(module);
  });
});
