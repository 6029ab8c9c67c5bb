/** The fields of a drift that can be filtered, sorted and grouped by, each as the text that people see. */
import type { Drift } from "../../api/types";
import { SEVERITIES } from "../../api/types";
import { originName, personName } from "../drifts/person";

export const FIELDS = {
  severity: { label: "Severity", value: (drift: Drift) => drift.severity },
  status: { label: "Status", value: (drift: Drift) => drift.status },
  type: { label: "Resource type", value: (drift: Drift) => drift.resource_type },
  address: { label: "Address", value: (drift: Drift) => drift.resource_address },
  resource: { label: "Resource id", value: (drift: Drift) => drift.resource_id },
  attribute: { label: "Attribute", value: (drift: Drift) => drift.attribute },
  change: { label: "Kind of change", value: (drift: Drift) => drift.change_type },
  principal: { label: "Principal", value: (drift: Drift) => personName(drift.user_identity) },
  arn: { label: "Caller's ARN", value: (drift: Drift) => drift.user_identity.arn },
  origin: { label: "Origin", value: (drift: Drift) => originName(drift) },
  ip: { label: "Source address", value: (drift: Drift) => drift.source_ip },
  agent: { label: "User agent", value: (drift: Drift) => drift.user_agent },
  call: { label: "API call", value: (drift: Drift) => drift.cause.event_name },
  account: { label: "Account", value: (drift: Drift) => drift.account_id },
  region: { label: "Region", value: (drift: Drift) => drift.region },
  module: { label: "Module", value: moduleOf },
  state: { label: "State", value: (drift: Drift) => drift.state?.key ?? null },
  managed: { label: "Managed", value: (drift: Drift) => (drift.managed ? "yes" : "no") },
  fidelity: { label: "Fidelity", value: (drift: Drift) => drift.fidelity },
} as const satisfies Record<string, { label: string; value: (drift: Drift) => string | null }>;

export type Field = keyof typeof FIELDS;

export function isField(name: string): name is Field {
  return Object.hasOwn(FIELDS, name);
}

/** The text of a field; of one that a drift does not have, the empty text. */
export function fieldText(drift: Drift, field: Field): string {
  return FIELDS[field].value(drift) ?? "";
}

/** The module that a drift's resource lies in: its address without the resource itself; "root" for none. */
export function moduleOf(drift: Drift): string | null {
  const address = drift.resource_address;
  if (address === null) return null;
  const modules = /^(?:module\.[^.[]+(?:\[[^\]]*\])?\.)+/.exec(address);
  return modules === null ? "root" : modules[0].slice(0, -1);
}

/** Compares two drifts by a field; severities by danger, all else as text. */
export function compareBy(field: Field | "time"): (a: Drift, b: Drift) => number {
  if (field === "time") return (a, b) => compareTexts(a.timestamp ?? "", b.timestamp ?? "");
  if (field === "severity") return (a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity);
  return (a, b) => fieldText(a, field).localeCompare(fieldText(b, field));
}

/** ISO times of one zone sort as their texts do, without the cost of a language's rules. */
function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
