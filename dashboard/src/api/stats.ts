/** The hook on the figures over all. */
import { useQuery } from "@tanstack/react-query";
import { decodeStats } from "./decode-rest";
import { useLiveUpdates } from "./live-updates";
import { answerQuery } from "./query-options";
import type { UseAnswerResult } from "./query-options";
import type { Stats } from "./rest-types";
import { useApiSettings } from "./settings";
import type { ApiSettings } from "./settings";

/** Returns the query of the figures. */
export function statsQuery(settings: ApiSettings) {
  return answerQuery(settings, "stats", "stats", {}, decodeStats);
}

/** Reads the figures over all, and again after events. */
export function useStats(): UseAnswerResult<Stats> {
  const settings = useApiSettings();
  useLiveUpdates();
  return useQuery(statsQuery(settings));
}
