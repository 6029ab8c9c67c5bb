import { describe, expect, it } from "vitest";
import { decodeDrift } from "../../src/api/decode";
import { originName, personName, roleName } from "../../src/features/drifts/person";
import { driftRecord } from "../support/records";

const identity = (user_identity: Readonly<Record<string, string>>) =>
  decodeDrift(driftRecord({ user_identity })).user_identity;

describe("personName", () => {
  it.each([
    [{ type: "AssumedRole", user_name: "oncall" }, "oncall"],
    [{ type: "Root", arn: "arn:aws:iam::111122223333:root" }, "root user"],
    [{ type: "IAMUser", arn: "arn:aws:iam::111122223333:user/path/ci" }, "ci"],
    [{ type: "AWSService" }, "AWSService"],
    [{}, "unknown"],
  ])("%j is %s", (caller, expected) => {
    expect(personName(identity(caller))).toBe(expected);
  });
});

describe("roleName", () => {
  it("is the role of a session, its path included", () => {
    expect(roleName(identity({ arn: "arn:aws:sts::111122223333:assumed-role/admin/oncall" }))).toBe("admin");
    expect(roleName(identity({ arn: "arn:aws:iam::111122223333:user/ci" }))).toBeNull();
  });
});

describe("originName", () => {
  it("names the tool, an unknown kind by itself", () => {
    expect(originName(decodeDrift(driftRecord()))).toBe("AWS console");
    expect(originName(decodeDrift(driftRecord({ origin: { kind: "crossplane" } })))).toBe("crossplane");
  });
});
