/** Severities in their order, with the words that the page uses for them. */
import { SEVERITIES } from "../api/types";
import type { Severity } from "../api/types";

export const SEVERITY_LABELS: Readonly<Record<Severity, string>> = {
  critical: "Critical",
  high: "High",
  medium: "Medium",
  low: "Low",
  info: "Info",
};

/** Orders by danger, the most dangerous first. */
export function mostDangerousFirst(
  a: { readonly severity: Severity },
  b: { readonly severity: Severity },
): number {
  return SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity);
}
