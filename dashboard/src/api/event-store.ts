/** The bounded history of events that one hook keeps, in the shape that React subscribes to. */
import { Batch } from "./batch";
import { sharedConnection } from "./connection";
import type { StreamError } from "./connection";
import { matches } from "./filters";
import type { EventSelection } from "./filters";
import { shownState } from "./shared-connection";
import type { StreamEvent } from "./types";

/** How long events are gathered before React renders them: a flood costs one render a frame. */
const FRAME_MS = 16;

export interface StreamSnapshot {
  readonly isConnected: boolean;
  readonly isConnecting: boolean;
  readonly error: StreamError | null;
  readonly lastEvent: StreamEvent | null;
  /** In the order of the stream, the newest last. */
  readonly events: readonly StreamEvent[];
}

export const EMPTY_SNAPSHOT: StreamSnapshot = {
  isConnected: false,
  isConnecting: false,
  error: null,
  lastEvent: null,
  events: [],
};

export class EventStore {
  readonly #listeners = new Set<() => void>();
  #snapshot = EMPTY_SNAPSHOT;
  /** Of a message that could not be read; shown until it is cleared, but for while the connection has its own. */
  #fault: StreamError | null = null;
  #batch: Batch<StreamEvent> | null = null;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly getSnapshot = (): StreamSnapshot => this.#snapshot;

  /** Forgets the history and the error. */
  readonly clear = (): void => {
    this.#batch?.drop();
    this.#fault = null;
    this.#update({ events: [], lastEvent: null, error: null });
  };

  /** Joins the shared connection and keeps the selected events; the returned function leaves it. */
  start(url: string, selection: EventSelection, maxEvents: number): () => void {
    const connection = sharedConnection(url);
    const batch = new Batch<StreamEvent>((arrived) => {
      this.#keep(arrived, maxEvents);
    }, FRAME_MS);
    this.#batch = batch;
    const leave = connection.subscribe({
      onEvent: (event) => {
        if (matches(event, selection)) batch.add(event);
      },
      onState: (state) => {
        this.#update(shownState(state, this.#fault));
      },
      onFault: (fault) => {
        this.#fault = fault;
        this.#update({ error: fault });
      },
    });
    this.#update(shownState(connection.state, this.#fault));
    return () => {
      leave();
      batch.flush();
      this.#update({ isConnected: false, isConnecting: false });
    };
  }

  #keep(arrived: readonly StreamEvent[], maxEvents: number): void {
    const events = maxEvents > 0 ? [...this.#snapshot.events, ...arrived].slice(-maxEvents) : [];
    this.#update({ events, lastEvent: arrived.at(-1) ?? null });
  }

  #update(change: Partial<StreamSnapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...change };
    for (const listener of [...this.#listeners]) listener();
  }
}
