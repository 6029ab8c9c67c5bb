/** Where a state lies, as text. */
import type { StateReference } from "../../api/types";

/** Returns bucket and key; the key alone of a state that lies in no bucket. */
export function placeOf(state: Pick<StateReference, "bucket" | "key"> | null): string {
  if (state === null) return "unknown";
  return state.bucket === null ? (state.key ?? "unknown") : `${state.bucket}/${state.key ?? ""}`;
}
