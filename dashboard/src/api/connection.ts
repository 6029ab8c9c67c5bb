/** One connection to the stream, shared by all who subscribe to it, which outlives failures of the server. */
import { reconnectDelay } from "./backoff";
import { decodeStreamEvent } from "./stream-event";
import { SeenIds } from "./seen-ids";
import { STREAM_EVENT_TYPES } from "./types";
import type { StreamEvent, StreamEventType } from "./types";

/** How many ids are remembered to drop events that are delivered again. */
const REMEMBERED_IDS = 2_000;

/** Why the stream is not whole: the connection failed, or a message could not be read. */
export class StreamError extends Error {
  override readonly name = "StreamError";
  readonly kind: "connection" | "data";

  constructor(kind: "connection" | "data", message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

/** `connecting`: an attempt is under way; `waiting`: the next one is planned; `closed`: nobody wants it. */
export type ConnectionPhase = "connecting" | "open" | "waiting" | "closed";

export interface ConnectionState {
  readonly phase: ConnectionPhase;
  readonly error: StreamError | null;
}

export interface ConnectionListener {
  /** Each event once, in the order of the stream. */
  readonly onEvent: (event: StreamEvent) => void;
  readonly onState: (state: ConnectionState) => void;
  /** A message that could not be read; the connection goes on. */
  readonly onFault: (fault: StreamError) => void;
}

/**
 * The browser's EventSource retries by itself while it calls its state CONNECTING, and gives up for good on an
 * answer that is not a stream, such as a load balancer's 502 or 503. After that this class opens a new one,
 * with a random delay, and names the last event it saw in `?lastEventId=`, since a new EventSource sends no
 * Last-Event-ID.
 */
export class StreamConnection {
  readonly #url: string;
  readonly #listeners = new Set<ConnectionListener>();
  readonly #seen = new SeenIds(REMEMBERED_IDS);
  readonly #onIdle: () => void;
  #state: ConnectionState = { phase: "closed", error: null };
  #source: EventSource | null = null;
  #retry: ReturnType<typeof setTimeout> | null = null;
  #idle: ReturnType<typeof setTimeout> | null = null;
  #attempt = 0;
  #lastEventId = "";

  /** `onIdle` is called when the last subscriber has left and the connection is closed. */
  constructor(url: string, onIdle: () => void) {
    this.#url = url;
    this.#onIdle = onIdle;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Joins the connection, which the first subscriber opens; the returned function leaves it. */
  subscribe(listener: ConnectionListener): () => void {
    this.#listeners.add(listener);
    if (this.#idle !== null) clearTimeout(this.#idle);
    this.#idle = null;
    if (this.#state.phase === "closed") this.#open();
    return () => {
      this.#listeners.delete(listener);
      // React's strict mode leaves and joins again in one breath: that must not cost a connection.
      if (this.#listeners.size === 0 && this.#idle === null) {
        this.#idle = setTimeout(() => {
          this.#close();
        });
      }
    };
  }

  #open(): void {
    if (typeof EventSource === "undefined") {
      this.#become("closed", new StreamError("connection", "This browser has no EventSource"));
      return;
    }
    const source = new EventSource(this.#target());
    this.#source = source;
    source.onopen = () => {
      this.#attempt = 0;
      this.#become("open", null);
    };
    source.onerror = () => {
      this.#failed(source);
    };
    for (const type of STREAM_EVENT_TYPES) {
      source.addEventListener(type, (message: MessageEvent<string>) => {
        this.#receive(type, message);
      });
    }
    globalThis.addEventListener("online", this.#retryNow);
    this.#become("connecting", this.#state.error);
  }

  #target(): string {
    if (this.#lastEventId === "") return this.#url;
    const url = new URL(this.#url);
    url.searchParams.set("lastEventId", this.#lastEventId);
    return url.href;
  }

  #receive(type: StreamEventType, message: MessageEvent<string>): void {
    const id = message.lastEventId;
    // A frame without an id carries the one before it: only the same content under the same id is a repetition.
    if (id !== "" && !this.#seen.add([id, type, message.data].join("\n"))) return;
    if (id !== "") this.#lastEventId = id;
    let event: StreamEvent;
    try {
      event = decodeStreamEvent(type, message.data, id);
    } catch (cause) {
      const fault = new StreamError("data", `A ${type} event could not be read`, { cause });
      for (const listener of [...this.#listeners]) listener.onFault(fault);
      return;
    }
    for (const listener of [...this.#listeners]) listener.onEvent(event);
  }

  #failed(source: EventSource): void {
    const error = new StreamError("connection", "The connection to the stream is lost");
    if (source.readyState !== EventSource.CLOSED) {
      this.#become("connecting", error);
      return;
    }
    source.close();
    this.#source = null;
    this.#retry = setTimeout(this.#retryNow, reconnectDelay(this.#attempt, Math.random));
    this.#attempt += 1;
    this.#become("waiting", error);
  }

  /** The planned attempt, also made at once when the network is back. */
  readonly #retryNow = (): void => {
    if (this.#state.phase !== "waiting") return;
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
    this.#open();
  };

  #close(): void {
    globalThis.removeEventListener("online", this.#retryNow);
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#source?.close();
    this.#source = null;
    this.#state = { phase: "closed", error: null };
    this.#onIdle();
  }

  #become(phase: ConnectionPhase, error: StreamError | null): void {
    this.#state = { phase, error };
    for (const listener of [...this.#listeners]) listener.onState(this.#state);
  }
}

const connections = new Map<string, StreamConnection>();

/** Returns the page's one connection to that URL, relative to the page. */
export function sharedConnection(url: string): StreamConnection {
  const absolute = new URL(url, globalThis.location.href).href;
  const existing = connections.get(absolute);
  if (existing) return existing;
  const connection = new StreamConnection(absolute, () => connections.delete(absolute));
  connections.set(absolute, connection);
  return connection;
}
