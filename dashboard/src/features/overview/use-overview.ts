/** Loads the page's content and keeps it current with the stream, without a double and without a loss. */
import { useCallback, useEffect, useReducer, useRef, useState } from "react";
import { reconnectDelay } from "../../api/backoff";
import { allDrifts, listFalcoAlerts, listStateChanges } from "../../api/listings";
import { SignInExpiredError } from "../../api/rest";
import { useSSE, useSSEEventHandler } from "../../api/sse";
import type { StreamEvent } from "../../api/types";
import { INITIAL_OVERVIEW, KEPT, overviewReducer } from "./overview-state";
import type { Loaded, OverviewState } from "./overview-state";

/** The most open drifts that the page loads; it says how many more there are. */
const MOST_OPEN = 10_000;

/** How long events are gathered before one render takes them in. */
const FRAME_MS = 16;

async function load(generation: number, signal: AbortSignal): Promise<Loaded> {
  const [open, acknowledged, resolved, falco, changes] = await Promise.all([
    allDrifts("open", MOST_OPEN, signal),
    allDrifts("acknowledged", MOST_OPEN, signal),
    allDrifts("resolved", KEPT, signal),
    listFalcoAlerts(KEPT, signal),
    listStateChanges(KEPT, signal),
  ]);
  const drifts = [...resolved.items, ...acknowledged.items, ...open.items];
  const notLoaded = open.total - open.items.length + acknowledged.total - acknowledged.items.length;
  return { generation, drifts, falco, changes, notLoaded };
}

/** Calls `handler` with the events of up to one frame at once. */
function useEventBatches(handler: (events: readonly StreamEvent[]) => void): void {
  const pending = useRef<StreamEvent[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const latest = useRef(handler);
  useEffect(() => {
    latest.current = handler;
  });
  useSSEEventHandler((event) => {
    pending.current.push(event);
    timer.current ??= setTimeout(() => {
      timer.current = null;
      latest.current(pending.current.splice(0));
    }, FRAME_MS);
  });
}

export interface Overview {
  readonly state: OverviewState;
  readonly reload: () => void;
}

/**
 * The page subscribes first and loads when the stream greets it: from then on the stream brings every change.
 * If the stream cannot be had, the page loads all the same, and again once the stream is there.
 */
export function useOverview(): Overview {
  const [state, dispatch] = useReducer(overviewReducer, INITIAL_OVERVIEW);
  const { error } = useSSE({ maxEvents: 0 });
  const [greeted, setGreeted] = useState(false);
  const streamFailed = error?.kind === "connection";

  useEventBatches((events) => {
    if (!greeted && events.some((event) => event.type === "connected")) {
      setGreeted(true);
      if (streamFailed || state.phase !== "loading") dispatch({ type: "reload" });
    }
    dispatch({ type: "events", events });
  });

  const mayLoad = greeted || streamFailed;
  const { generation } = state;
  useEffect(() => {
    if (!mayLoad) return;
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const attempt = (count: number): void => {
      load(generation, abort.signal).then(
        (loaded) => {
          dispatch({ type: "loaded", loaded });
        },
        (reason: unknown) => {
          if (abort.signal.aborted) return;
          if (reason instanceof SignInExpiredError) dispatch({ type: "signed_out" });
          const message = reason instanceof Error ? reason.message : String(reason);
          dispatch({ type: "failed", generation, message });
          timer = setTimeout(attempt, reconnectDelay(count, Math.random), count + 1);
        },
      );
    };
    attempt(0);
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [generation, mayLoad]);

  // An EventSource does not say why it failed; a request beside it sees the redirect of an expired sign-in.
  useEffect(() => {
    if (error?.kind !== "connection") return;
    const abort = new AbortController();
    allDrifts("open", 1, abort.signal).catch((reason: unknown) => {
      // Any other failure is the connection's own, which the page shows already.
      if (reason instanceof SignInExpiredError) dispatch({ type: "signed_out" });
    });
    return () => {
      abort.abort();
    };
  }, [error]);

  const reload = useCallback(() => {
    dispatch({ type: "reload" });
  }, []);
  return { state, reload };
}
