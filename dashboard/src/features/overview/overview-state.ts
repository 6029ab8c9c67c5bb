/** The page's data and how it changes: a pure reducer over loads and events of the stream. */
import type { Drift, FalcoAlert, StateChange, StreamEvent } from "../../api/types";
import { bounded, withLoaded } from "./live-collection";
import type { Collection } from "./live-collection";

/** How many alerts, state changes and ended drifts the page keeps; open drifts are all kept. */
export const KEPT = 100;

export interface Loaded {
  readonly generation: number;
  readonly drifts: readonly Drift[];
  readonly falco: readonly FalcoAlert[];
  readonly changes: readonly StateChange[];
  /** Open drifts that the load left out because there are too many. */
  readonly notLoaded: number;
}

export interface OverviewState {
  /** Counts the loads: each greeting without history and each gap asks for one. */
  readonly generation: number;
  readonly phase: "loading" | "ready" | "failed";
  readonly failure: string | null;
  /** The server asks for a sign-in: nothing can be loaded until the page is opened anew. */
  readonly signedOut: boolean;
  readonly drifts: Collection<Drift>;
  readonly falco: Collection<FalcoAlert>;
  readonly changes: Collection<StateChange>;
  readonly notLoaded: number;
  /** A gap is open from the stream's notice until the load after it is in. */
  readonly gap: boolean;
}

export type OverviewAction =
  | { readonly type: "events"; readonly events: readonly StreamEvent[] }
  | { readonly type: "reload" }
  | { readonly type: "signed_out" }
  | { readonly type: "loaded"; readonly loaded: Loaded }
  | { readonly type: "failed"; readonly generation: number; readonly message: string };

export const INITIAL_OVERVIEW: OverviewState = {
  generation: 0,
  phase: "loading",
  failure: null,
  signedOut: false,
  drifts: new Map(),
  falco: new Map(),
  changes: new Map(),
  notLoaded: 0,
  gap: false,
};

export function overviewReducer(state: OverviewState, action: OverviewAction): OverviewState {
  switch (action.type) {
    case "events":
      return withEvents(state, action.events);
    case "reload":
      return { ...state, generation: state.generation + 1 };
    case "signed_out":
      return { ...state, signedOut: true };
    case "loaded":
      return action.loaded.generation === state.generation ? withLoad(state, action.loaded) : state;
    case "failed":
      if (action.generation !== state.generation) return state;
      return { ...state, phase: "failed", failure: action.message };
  }
}

/** Takes in the stream's events, each the latest word on its id. */
function withEvents(state: OverviewState, events: readonly StreamEvent[]): OverviewState {
  const drifts = new Map(state.drifts);
  const falco = new Map(state.falco);
  const changes = new Map(state.changes);
  let { generation, gap } = state;
  for (const { type, data } of events) {
    switch (type) {
      case "drift":
        drifts.set(data.id, { item: data, liveSince: generation });
        break;
      case "falco":
        falco.set(data.id, { item: data, liveSince: generation });
        break;
      case "state_change":
        changes.set(data.id, { item: data, liveSince: generation });
        break;
      case "gap":
        generation += 1;
        gap = true;
        break;
      case "connected":
        break;
    }
  }
  return {
    ...state,
    generation,
    gap,
    drifts: keepDrifts(drifts),
    falco: keep(falco),
    changes: keep(changes),
  };
}

function withLoad(state: OverviewState, loaded: Loaded): OverviewState {
  const { generation } = loaded;
  return {
    ...state,
    phase: "ready",
    failure: null,
    signedOut: false,
    gap: false,
    notLoaded: loaded.notLoaded,
    drifts: keepDrifts(withLoaded(state.drifts, loaded.drifts, generation)),
    falco: keep(withLoaded(state.falco, loaded.falco, generation)),
    changes: keep(withLoaded(state.changes, loaded.changes, generation)),
  };
}

function keep<Item extends { readonly timestamp: string | null }>(
  collection: Collection<Item>,
): Collection<Item> {
  return bounded(collection, KEPT, newestFirst);
}

function keepDrifts(drifts: Collection<Drift>): Collection<Drift> {
  const ended = new Map([...drifts].filter(([, { item }]) => item.status === "resolved"));
  if (ended.size <= KEPT) return drifts;
  const kept = bounded(ended, KEPT, newestFirst);
  return new Map([...drifts].filter(([id]) => !ended.has(id) || kept.has(id)));
}

/** Orders by the moment something happened, the latest first; what has no moment comes last. */
export function newestFirst(
  a: { readonly timestamp: string | null },
  b: { readonly timestamp: string | null },
): number {
  return moment(b) - moment(a);
}

function moment({ timestamp }: { readonly timestamp: string | null }): number {
  const parsed = timestamp === null ? NaN : Date.parse(timestamp);
  return Number.isNaN(parsed) ? 0 : parsed;
}
