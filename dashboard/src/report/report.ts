/** What `tfdrift replay --format html` put into the page. */
import { decodeDrift } from "../api/decode";
import { child, counts, objects, parseObject, text, texts, whole } from "../api/fields";
import type { Counts } from "../api/rest-types";
import type { Drift } from "../api/types";

/** A place that could not be read, and why. */
export interface Problem {
  readonly where: string;
  readonly reason: string;
}

/** A change that a rule hid, and the rule's line. */
export interface Ignored {
  readonly drift: Drift;
  readonly line: number | null;
  readonly rule: string;
}

export interface Report {
  readonly drifts: readonly Drift[];
  readonly ignored: readonly Ignored[];
  /** What was read, and in which class each record is. */
  readonly summary: Counts;
  readonly notes: readonly string[];
  readonly problems: readonly Problem[];
}

/** Reads the embedded text; throws `DecodeError` for one that is not a JSON object. */
export function decodeReport(embedded: string): Report {
  const from = parseObject(embedded);
  return {
    drifts: objects(from, "drifts").map(decodeDrift),
    ignored: objects(from, "ignored").map((change) => {
      const by = child(change, "ignored_by") ?? {};
      return { drift: decodeDrift(change), line: whole(by, "line"), rule: text(by, "rule") ?? "" };
    }),
    summary: counts(from, "summary"),
    notes: texts(from, "notes"),
    problems: objects(from, "problems").map((problem) => ({
      where: text(problem, "where") ?? "unknown",
      reason: text(problem, "reason") ?? "unknown",
    })),
  };
}
