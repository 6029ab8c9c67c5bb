/** The keys under which answers are cached: one family for each kind of answer, apart for each server. */
import type { Query } from "./rest";
import type { ApiSettings } from "./settings";

/** The kinds of answers. */
export type Family =
  "drift" | "drifts" | "events" | "graph" | "resource" | "resources" | "states" | "stats" | "timeline";

export type FamilyKey = readonly ["tfdrift", baseUrl: string, family: Family];
export type AnswerKey = readonly ["tfdrift", baseUrl: string, family: Family, query: Query];

/** All answers of a server. */
export function serverKey({ baseUrl }: Pick<ApiSettings, "baseUrl">): readonly ["tfdrift", string] {
  return ["tfdrift", baseUrl];
}

/** All answers of a kind. */
export function familyKey(settings: Pick<ApiSettings, "baseUrl">, family: Family): FamilyKey {
  return [...serverKey(settings), family];
}

/** The answer to one question. */
export function answerKey(settings: Pick<ApiSettings, "baseUrl">, family: Family, query: Query): AnswerKey {
  return [...familyKey(settings, family), query];
}

/** The answer on one drift. */
export function driftKey(settings: Pick<ApiSettings, "baseUrl">, id: string): AnswerKey {
  return answerKey(settings, "drift", { path: driftPath(id) });
}

/** Where one drift is, below `/api/v1/`. */
export function driftPath(id: string): string {
  return `drifts/${encodeURIComponent(id)}`;
}
