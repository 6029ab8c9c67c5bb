/** Records as the server sends them, with what a test cares for put in. */
import type { JsonObject } from "../../src/api/types";

export function driftRecord(change: JsonObject = {}): JsonObject {
  return {
    severity: "critical",
    resource_type: "aws_security_group",
    resource_id: "sg-0a1b2c3d",
    old_value: "10.0.0.0/16",
    new_value: "0.0.0.0/0",
    user_identity: {
      type: "AssumedRole",
      user_name: "oncall",
      arn: "arn:aws:sts::111122223333:assumed-role/admin/oncall",
      mfa: true,
    },
    timestamp: "2025-01-15T10:00:00Z",
    id: "drift-1",
    status: "open",
    resource_address: "aws_security_group.web",
    managed: true,
    attribute: "ingress",
    origin: { kind: "console", evidence: ["sessionCredentialFromConsole"] },
    source_ip: "203.0.113.24",
    ...change,
  };
}

export function falcoPayload(change: JsonObject = {}): JsonObject {
  return {
    severity: "critical",
    rule: "Terminal shell in container",
    output: "A shell was spawned",
    container_id: "abc123",
    timestamp: "2025-01-15T10:00:00Z",
    event_id: "falco:1",
    ...change,
  };
}

export function stateChangePayload(change: JsonObject = {}): JsonObject {
  return {
    resource: "aws_iam_policy.example",
    action: "modified",
    serial: 43,
    state: { bucket: "states", key: "prod.tfstate", serial: 43, lineage: "l", version_id: "v" },
    timestamp: "2025-01-15T10:00:00Z",
    ...change,
  };
}

/** An entry of the events list. */
export function listedEvent(type: string, payload: JsonObject): JsonObject {
  return { event_id: "any", type, timestamp: "2025-01-15T10:00:00Z", payload };
}
