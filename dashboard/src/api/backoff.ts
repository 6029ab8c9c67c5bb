/** How long to wait before connecting again, so that many clients do not return at one moment. */

const SHORTEST_MS = 1_000;
const LONGEST_MS = 30_000;

/**
 * Returns a random delay in milliseconds between 1 s and a bound that doubles with each attempt, 30 s at most.
 * `attempt` counts from 0; `random` gives a number in [0, 1).
 */
export function reconnectDelay(attempt: number, random: () => number): number {
  const bound = Math.min(LONGEST_MS, SHORTEST_MS * 2 ** (attempt + 1));
  return SHORTEST_MS + random() * (bound - SHORTEST_MS);
}
