/** A severity as a coloured word. */
import Badge from "@cloudscape-design/components/badge";
import type { BadgeProps } from "@cloudscape-design/components/badge";
import type { Severity } from "../../api/types";
import { SEVERITY_LABELS } from "../severity";

const COLOURS: Readonly<Record<Severity, NonNullable<BadgeProps["color"]>>> = {
  critical: "severity-critical",
  high: "severity-high",
  medium: "severity-medium",
  low: "severity-low",
  info: "severity-neutral",
};

export function SeverityBadge({ severity }: { readonly severity: Severity }) {
  return <Badge color={COLOURS[severity]}>{SEVERITY_LABELS[severity]}</Badge>;
}
