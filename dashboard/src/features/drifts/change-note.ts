/** What stands in place of values that nobody knows. */
import type { Drift } from "../../api/types";

/** Returns why there are no values to compare; null when there are. */
export function changeNote(drift: Drift): string | null {
  if (drift.old_value !== null || drift.new_value !== null) return null;
  if (drift.fidelity === "omitted") return "CloudTrail left the call's parameters out: look at the resource.";
  if (drift.fidelity === "event_only") return "The call touched this resource; its new values are not known.";
  if (drift.attribute !== null) return null;
  return drift.change_type === "deleted" ? "The resource is deleted." : "The resource is changed as a whole.";
}
