/** The overview's figures, the commands that answer a drift, and its two columns. */
import { describe, expect, it } from "vitest";
import { decodeDrift } from "../../src/api/decode";
import { commands } from "../../src/features/drift-detail/commands";
import { activity } from "../../src/features/overview/activity";
import { tops } from "../../src/features/overview/tops";
import { sideBySide } from "../../src/shared/diff/side-by-side";
import { driftRecord } from "../support/records";

const NOW = Date.parse("2025-01-15T12:30:00Z");

describe("activity", () => {
  it("counts the last day by the hour and nothing before or after it", () => {
    const bars = activity(
      [
        { timestamp: "2025-01-15T12:05:00Z" },
        { timestamp: "2025-01-14T13:00:00Z" },
        { timestamp: "2025-01-14T12:59:59Z" },
        { timestamp: null },
        { timestamp: "no time" },
      ],
      [{ timestamp: "2025-01-15T12:59:00Z" }],
      NOW,
    );
    expect(bars).toHaveLength(24);
    expect(bars.map(({ drifts }) => drifts)).toEqual([1, ...Array<number>(22).fill(0), 1]);
    expect(bars.at(-1)).toEqual({ from: Date.parse("2025-01-15T12:00:00Z"), drifts: 1, alerts: 1 });
  });
});

describe("tops", () => {
  it("gives the five most frequent, equals by name", () => {
    expect(tops(["b", "a", "a", "c", "d", "e", "f"])).toEqual([
      ["a", 2],
      ["b", 1],
      ["c", 1],
      ["d", 1],
      ["e", 1],
    ]);
  });
});

describe("commands", () => {
  function texts(change: Parameters<typeof driftRecord>[0]): string[] {
    return commands(decodeDrift(driftRecord(change))).map(({ text }) => text);
  }

  it("plan, apply or take in what Terraform manages", () => {
    expect(texts({})[0]).toBe("terraform plan -target=aws_security_group.web");
  });

  it("quote an address for the shell", () => {
    expect(texts({ resource_address: `aws_vpc.x["it's"]` })[0]).toBe(
      `terraform plan -target='aws_vpc.x["it'\\''s"]'`,
    );
  });

  it("import what it does not manage, and answer nothing that is over", () => {
    const block = 'import {\n  to = aws_vpc.x\n  id = "vpc-1"\n}';
    expect(texts({ import: { address: "aws_vpc.x", id: "vpc-1", block } })[0]).toBe(block);
    expect(texts({ status: "resolved" })).toEqual([]);
    expect(texts({ resource_address: null })).toEqual([]);
  });
});

describe("two columns", () => {
  it("stand a removed line beside the added one that takes its place", () => {
    expect(
      sideBySide([
        { sign: "same", text: "a" },
        { sign: "removed", text: "b" },
        { sign: "removed", text: "c" },
        { sign: "added", text: "B" },
        { sign: "same", text: "d" },
        { sign: "added", text: "e" },
      ]),
    ).toEqual([
      { left: "a", right: "a", changed: false },
      { left: "b", right: "B", changed: true },
      { left: "c", right: null, changed: true },
      { left: "d", right: "d", changed: false },
      { left: null, right: "e", changed: true },
    ]);
  });
});
