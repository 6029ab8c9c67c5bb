/** The live data that all pages share, kept by one subscription however many of them look. */
import { createContext, useContext, useMemo } from "react";
import type { ReactNode } from "react";
import type { Drift, FalcoAlert, StateChange } from "../../api/types";
import { newestFirst } from "./overview-state";
import type { OverviewState } from "./overview-state";
import { useOverview } from "./use-overview";

export interface LiveData {
  readonly state: OverviewState;
  readonly drifts: readonly Drift[];
  /** Newest first. */
  readonly falco: readonly FalcoAlert[];
  /** Newest first. */
  readonly changes: readonly StateChange[];
  readonly reload: () => void;
}

const Live = createContext<LiveData | null>(null);

export function LiveDataProvider({ children }: { readonly children: ReactNode }) {
  const { state, reload } = useOverview();
  const drifts = useMemo(() => [...state.drifts.values()].map(({ item }) => item), [state.drifts]);
  const falco = useMemo(() => newest(state.falco.values()), [state.falco]);
  const changes = useMemo(() => newest(state.changes.values()), [state.changes]);
  const live = useMemo(
    () => ({ state, drifts, falco, changes, reload }),
    [state, drifts, falco, changes, reload],
  );
  return <Live value={live}>{children}</Live>;
}

/** Returns the live data; only below the provider. */
export function useLiveData(): LiveData {
  const live = useContext(Live);
  if (live === null) throw new Error("useLiveData is used outside of LiveDataProvider");
  return live;
}

function newest<Item extends { readonly timestamp: string | null }>(
  entries: Iterable<{ readonly item: Item }>,
): readonly Item[] {
  return Array.from(entries, ({ item }) => item).sort(newestFirst);
}
