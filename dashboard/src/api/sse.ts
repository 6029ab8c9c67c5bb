/** React hooks on the stream: `useSSE`, `useDriftAlerts` and `useSSEEventHandler` share one connection. */
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { sharedConnection } from "./connection";
import { EMPTY_SNAPSHOT, EventStore } from "./event-store";
import type { StreamSnapshot } from "./event-store";
import { matches } from "./filters";
import type { EventFilters, EventSelection } from "./filters";
import { streamUrl, useApiSettings } from "./settings";
import type { Drift, StreamEvent, StreamEventType } from "./types";

export { StreamError } from "./connection";
export { STREAM_PATH } from "./settings";
export type { EventFilters } from "./filters";
export type * from "./types";

export interface UseSSEOptions {
  /** The stream's address, relative to the page; when left out the provider's server's, else `/api/v1/stream`. */
  readonly url?: string;
  /** Keep only these kinds of events. */
  readonly types?: readonly StreamEventType[];
  /** Keep only events with these severities or resource types. */
  readonly filters?: EventFilters;
  /** How many of the latest events to keep; 100 when left out. */
  readonly maxEvents?: number;
}

export interface UseSSEResult extends StreamSnapshot {
  /** Joins the stream again after `disconnect`. */
  readonly connect: () => void;
  /** Leaves the stream; the connection closes when no other component uses it. */
  readonly disconnect: () => void;
  /** Forgets the kept events, and an error of a message that could not be read. */
  readonly clearEvents: () => void;
}

/** A value that stays the same object while its content does, so that options may be written inline. */
function useStable<Value>(value: Value): Value {
  const text = JSON.stringify(value);
  return useMemo(() => JSON.parse(text) as Value, [text]);
}

function useSelection(options: UseSSEOptions): EventSelection {
  return useStable<EventSelection>({ types: options.types ?? null, filters: options.filters ?? {} });
}

function useStreamUrl({ url }: UseSSEOptions): string {
  const settings = useApiSettings();
  return url ?? streamUrl(settings);
}

/** Follows the stream and keeps its latest events. */
export function useSSE(options: UseSSEOptions = {}): UseSSEResult {
  const { maxEvents = 100 } = options;
  const url = useStreamUrl(options);
  const selection = useSelection(options);
  const [store] = useState(() => new EventStore());
  const [wanted, setWanted] = useState(true);
  useEffect(
    () => (wanted ? store.start(url, selection, maxEvents) : undefined),
    [store, wanted, url, selection, maxEvents],
  );
  const snapshot = useSyncExternalStore(store.subscribe, store.getSnapshot, () => EMPTY_SNAPSHOT);
  const connect = useCallback(() => {
    setWanted(true);
  }, []);
  const disconnect = useCallback(() => {
    setWanted(false);
  }, []);
  return { ...snapshot, connect, disconnect, clearEvents: store.clear };
}

export interface UseDriftAlertsResult extends Pick<UseSSEResult, "isConnected" | "isConnecting" | "error"> {
  /** The newest first; of each drift only its latest record. */
  readonly driftAlerts: readonly Drift[];
  readonly clearAlerts: () => void;
}

/** Follows the drift alerts. */
export function useDriftAlerts(options: Omit<UseSSEOptions, "types"> = {}): UseDriftAlertsResult {
  const stream = useSSE({ ...options, types: ["drift"] });
  const { isConnected, isConnecting, error, events, clearEvents } = stream;
  const driftAlerts = useMemo(() => latestOfEach(events), [events]);
  return { isConnected, isConnecting, error, driftAlerts, clearAlerts: clearEvents };
}

function latestOfEach(events: readonly StreamEvent[]): readonly Drift[] {
  const latest = new Map<string, Drift>();
  for (const event of events.toReversed()) {
    if (event.type === "drift" && !latest.has(event.data.id)) latest.set(event.data.id, event.data);
  }
  return [...latest.values()];
}

/**
 * Calls `handler` with every event, none left out however fast they come. Only the latest `handler` is called;
 * it need not be stable.
 */
export function useSSEEventHandler(
  handler: (event: StreamEvent) => void,
  options: Omit<UseSSEOptions, "maxEvents"> = {},
): void {
  const url = useStreamUrl(options);
  const selection = useSelection(options);
  const latest = useRef(handler);
  useEffect(() => {
    latest.current = handler;
  });
  useEffect(
    () =>
      sharedConnection(url).subscribe({
        onEvent: (event) => {
          if (matches(event, selection)) latest.current(event);
        },
        onState: () => undefined,
        onFault: () => undefined,
      }),
    [url, selection],
  );
}
