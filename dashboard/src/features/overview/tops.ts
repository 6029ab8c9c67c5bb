/** Which names stand most often. */

const SHOWN = 5;

/** The names that stand most often, with how often; equals by name. */
export function tops(names: readonly string[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort(([a, x], [b, y]) => y - x || a.localeCompare(b)).slice(0, SHOWN);
}
