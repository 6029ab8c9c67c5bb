/** The hook on one state's resources as a graph, in the element format of Cytoscape.js. */
import { useQuery } from "@tanstack/react-query";
import { decodeGraph } from "./decode-graph";
import { useLiveUpdates } from "./live-updates";
import { answerQuery } from "./query-options";
import type { UseAnswerResult } from "./query-options";
import type { ResourceGraph } from "./rest-types";
import { useApiSettings } from "./settings";
import type { ApiSettings } from "./settings";
import type { StateChoice } from "./terraform-state";

export interface GraphQuestion extends StateChoice {
  /** `state`: the whole state; `neighbours`: a resource and what is near it; `impact`: all that depends on it. */
  readonly of?: "state" | "neighbours" | "impact";
  /** The resource, unless the whole state is asked for. */
  readonly address?: string;
  /** Which way the neighbours lie; both when left out. */
  readonly direction?: "dependencies" | "dependents" | "both";
  /** How many steps away neighbours may lie; 1 when left out. */
  readonly depth?: number;
  /** How many resources at most, up to 1000; 500 when left out. */
  readonly limit?: number;
}

const PATHS = { state: "graph", neighbours: "graph/neighbours", impact: "graph/impact" } as const;

/** Returns the query of a graph. */
export function graphQuery(settings: ApiSettings, { of = "state", ...query }: GraphQuestion = {}) {
  return answerQuery(settings, "graph", PATHS[of], query, decodeGraph);
}

/** Reads a graph, and again after a drift or a new version of the state; null asks for none. */
export function useGraph(question: GraphQuestion | null = {}): UseAnswerResult<ResourceGraph> {
  const settings = useApiSettings();
  useLiveUpdates();
  return useQuery({ ...graphQuery(settings, question ?? {}), enabled: question !== null });
}
