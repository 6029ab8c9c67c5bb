/** Filters of the listings in the form of one value or several. */

/** One value, or several of which any fits. */
export type OneOrMany<Value extends string = string> = Value | readonly Value[];

/** Returns a filter's values as a sorted list, so that equal filters are one question. */
export function listed(values: OneOrMany | undefined): readonly string[] {
  if (values === undefined) return [];
  return typeof values === "string" ? [values] : [...values].sort();
}
