import { describe, expect, it } from "vitest";
import type { Json } from "../../src/api/types";
import { diffValues } from "../../src/shared/diff/value-diff";

const MARKS = { removed: "-", added: "+", same: " ", skipped: "~" } as const;

function shown(before: Json, after: Json): string | readonly string[] {
  const diff = diffValues(before, after);
  if (diff.kind === "scalar") return `${diff.before} → ${diff.after}`;
  return diff.lines.map(({ sign, text }) => `${MARKS[sign]} ${text}`);
}

const statement = (sid: string, action: Json, principal: Json = "*"): Json => ({
  Sid: sid,
  Effect: "Allow",
  Principal: principal,
  Action: action,
});
const policy = (...statements: Json[]): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements });

describe("scalars", () => {
  it.each<[Json, Json, string]>([
    ["t3.micro", "t3.large", "t3.micro → t3.large"],
    [256, 3008, "256 → 3008"],
    [true, false, "true → false"],
    [null, "x", "not set → x"],
    ["", "x", '"" → x'],
    ["{not json", "x", "{not json → x"],
    ["fingerprint:0123456789abcdef", null, "secret (fingerprint 01234567…) → not set"],
  ])("%j and %j", (before, after, expected) => {
    expect(shown(before, after)).toBe(expected);
  });

  it("of several lines are compared line by line", () => {
    expect(shown("a\nb\nc", "a\nB\nc")).toEqual(["  a", "- b", "+ B", "  c"]);
  });
});

describe("sets", () => {
  it("show what left and what came, not what only moved", () => {
    expect(shown(["a", "b", "c"], ["c", "d", "a"])).toEqual(["- b", "+ d", "~ 2 unchanged elements"]);
  });

  it("show blocks without the attributes that say nothing", () => {
    const https = { from_port: 443, to_port: 443, protocol: "tcp", cidr_blocks: ["10.0.0.0/8"] };
    const ssh = { from_port: 22, to_port: 22, protocol: "tcp", cidr_blocks: ["0.0.0.0/0"] };
    const quiet = { description: "", ipv6_cidr_blocks: [], security_groups: null };
    expect(
      shown(
        [{ ...https, ...quiet }],
        [
          { ...quiet, ...https },
          { ...ssh, ...quiet },
        ],
      ),
    ).toEqual([
      "+ • from_port: 22",
      "+   to_port: 22",
      "+   protocol: tcp",
      "+   cidr_blocks: 0.0.0.0/0",
      "~ 1 unchanged element",
    ]);
  });

  it("count equal elements", () => {
    expect(shown(["a", "a"], ["a"])).toEqual(["- a", "~ 1 unchanged element"]);
  });

  it("of the same elements in another order show the order", () => {
    expect(shown(["a", "b"], ["b", "a"])).toEqual(["- a", "  b", "+ a"]);
  });

  it("that appear or vanish as a whole", () => {
    expect(shown(null, ["a"])).toEqual(["+ a"]);
    expect(shown(["a"], [])).toEqual(["- a"]);
  });
});

describe("maps", () => {
  it("show the keys that differ", () => {
    expect(
      shown({ env: "prod", owner: "platform", a: 1 }, { a: 1, owner: "data", env: "prod", tmp: true }),
    ).toEqual(["- owner: platform", "+ owner: data", "+ tmp: true", "~ 2 unchanged keys"]);
  });
});

describe("policies", () => {
  it("show only the statement that changed, by its Sid", () => {
    const before = policy(statement("Read", ["s3:GetObject"]), statement("List", "s3:ListBucket"));
    const after = policy(
      statement("List", "s3:ListBucket"),
      statement("Read", ["s3:GetObject", "s3:PutObject"]),
    );
    expect(shown(before, after)).toEqual([
      "  • Sid: Read",
      "    Effect: Allow",
      "    Principal: *",
      "-   Action: s3:GetObject",
      "+   Action: s3:GetObject, s3:PutObject",
      "~ 1 unchanged statement",
    ]);
  });

  it("are equal when only the order or the form of single texts differs", () => {
    const before = policy(statement("A", ["s3:GetObject"], { AWS: ["x", "y"] }));
    const after = policy(statement("A", "s3:GetObject", { AWS: ["y", "x"] }));
    expect(shown(before, after)).toEqual(["~ 1 unchanged statement"]);
  });

  it("that vanish show what is gone", () => {
    expect(shown(policy(statement("A", "s3:GetObject")), null)).toContain("- Version: 2012-10-17");
  });
});

describe("long texts", () => {
  const lines = Array.from({ length: 60 }, (_, n) => `line ${n}`);

  it("fold what stays the same", () => {
    const changed = lines.with(30, "changed");
    expect(shown(lines.join("\n"), changed.join("\n"))).toEqual([
      "~ 28 unchanged lines",
      "  line 28",
      "  line 29",
      "- line 30",
      "+ changed",
      "  line 31",
      "  line 32",
      "~ 27 unchanged lines",
    ]);
  });

  it("too long to be compared are shown one after the other", () => {
    const long = Array.from({ length: 1_100 }, (_, n) => `line ${n}`).join("\n");
    expect(shown(long, `${long}\nend`)).toHaveLength(2_201);
  });
});
