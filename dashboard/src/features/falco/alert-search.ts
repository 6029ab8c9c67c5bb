/** Finds alerts by words. */
import type { FalcoAlert } from "../../api/types";

/** Whether every word, in any case, stands somewhere in the alert. */
export function alertMatches(alert: FalcoAlert, words: string): boolean {
  const wanted = words
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  if (wanted.length === 0) return true;
  const { rule, output, priority, source, hostname, container_id: container, tags } = alert;
  const text = [rule, output, priority, source, hostname, container, ...tags].join("\n").toLowerCase();
  return wanted.every((word) => text.includes(word));
}
