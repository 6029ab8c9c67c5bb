import { describe, expect, it } from "vitest";
import { decodeDrift, decodeFalco, decodeStateChange } from "../../src/api/decode";
import { DecodeError, parseObject } from "../../src/api/fields";
import { driftRecord, falcoPayload, stateChangePayload } from "../support/records";

describe("parseObject", () => {
  it.each(["", "{", "null", "[]", '"text"', "7"])("refuses %j", (text) => {
    expect(() => parseObject(text)).toThrow(DecodeError);
  });
});

describe("decodeDrift", () => {
  it("reads the contract's record", () => {
    const drift = decodeDrift({
      severity: "critical",
      resource_type: "aws_iam_policy",
      resource_id: "ANPAI23HZ27SI6FQMGNQ2",
      old_value: "...",
      new_value: "...",
      user_identity: {
        type: "IAMUser",
        user_name: "john.doe",
        arn: "arn:aws:iam::123456789012:user/john.doe",
      },
      timestamp: "2025-01-15T10:00:00Z",
    });
    expect(drift).toMatchObject({
      severity: "critical",
      resource_id: "ANPAI23HZ27SI6FQMGNQ2",
      status: "open",
      managed: false,
      user_identity: { user_name: "john.doe", mfa: null },
    });
  });

  it("gives records of the same attribute the same id when the server gives none", () => {
    const record = driftRecord({ id: null });
    const again = { ...record, new_value: "10.0.0.0/8" };
    expect(decodeDrift(record).id).toBe(decodeDrift(again).id);
    expect(decodeDrift({ ...record, attribute: "egress" }).id).not.toBe(decodeDrift(record).id);
  });

  it.each([
    [{ user_identity: null, origin: 7, cause: [], state: "x", resolution: 1 }],
    [{ severity: "SEVERE", status: "?", managed: "yes", timestamp: null }],
  ])("survives fields of another kind: %j", (change) => {
    const drift = decodeDrift(driftRecord(change));
    expect(drift.status).toBe("open");
    expect(drift.state).toBeNull();
  });

  it("reads who took note, where else it is managed, how to import it, and its history", () => {
    const drift = decodeDrift(
      driftRecord({
        kind: "unmanaged",
        group: "111122223333:e-1",
        acknowledgement: { by: "oncall", at: "2025-01-15T10:05:00Z", note: null, until: null },
        also_managed_by: [{ resource_address: "aws_s3_bucket.copy", state: { key: "b.tfstate" } }, 7],
        import: { address: "aws_s3_bucket.logs", id: "logs", block: "import {}" },
        history: [{ transition: "acknowledged", status: "acknowledged", by: "oncall" }],
      }),
    );
    expect(drift.acknowledgement?.by).toBe("oncall");
    expect(drift.also_managed_by).toMatchObject([{ resource_address: "aws_s3_bucket.copy" }]);
    expect(drift.import?.address).toBe("aws_s3_bucket.logs");
    expect(drift.history).toMatchObject([{ transition: "acknowledged", at: null }]);
    expect([drift.kind, drift.group]).toEqual(["unmanaged", "111122223333:e-1"]);
  });

  it("counts an unknown severity as medium", () => {
    expect(decodeDrift(driftRecord({ severity: "SEVERE" })).severity).toBe("medium");
  });
});

describe("decodeFalco and decodeStateChange", () => {
  it("know the same alert and the same change again", () => {
    expect(decodeFalco(falcoPayload()).id).toBe("falco:1");
    const withoutId = falcoPayload({ event_id: null });
    expect(decodeFalco(withoutId).id).toBe(decodeFalco({ ...withoutId }).id);
    expect(decodeStateChange(stateChangePayload()).id).toBe(decodeStateChange(stateChangePayload()).id);
    expect(decodeStateChange(stateChangePayload({ action: "removed" })).id).not.toBe(
      decodeStateChange(stateChangePayload()).id,
    );
  });

  it("read the contract's smallest payloads", () => {
    expect(
      decodeStateChange({ resource: "aws_iam_policy.example", action: "modified", serial: 43 }),
    ).toMatchObject({ resource: "aws_iam_policy.example", action: "modified", serial: 43, state: null });
  });
});
