/** What every connection of the page has in common: one for all who use it, opened again after a failure. */
import { reconnectDelay } from "./backoff";

/** `connecting`: an attempt is under way; `waiting`: the next one is planned; `closed`: nobody wants it. */
export type ConnectionPhase = "connecting" | "open" | "waiting" | "closed";

export interface ConnectionState<Fault extends Error> {
  readonly phase: ConnectionPhase;
  readonly error: Fault | null;
}

/** A connection as a hook shows it; `fault` is of a message, and stands back behind the connection's own. */
export function shownState<Fault extends Error>(
  { phase, error }: ConnectionState<Fault>,
  fault: Fault | null,
): { isConnected: boolean; isConnecting: boolean; error: Fault | null } {
  return { isConnected: phase === "open", isConnecting: phase === "connecting", error: error ?? fault };
}

export interface ConnectionUser<Fault extends Error> {
  readonly onState: (state: ConnectionState<Fault>) => void;
  /** A message that could not be read; the connection goes on. */
  readonly onFault: (fault: Fault) => void;
}

/**
 * The first user opens the connection, the last one closes it. After a failure it is opened again with a random
 * delay, and at once when the browser says that the network is back.
 */
export abstract class SharedConnection<Fault extends Error, User extends ConnectionUser<Fault>> {
  readonly #users = new Set<User>();
  readonly #onIdle: () => void;
  #state: ConnectionState<Fault> = { phase: "closed", error: null };
  #retry: ReturnType<typeof setTimeout> | null = null;
  #idle: ReturnType<typeof setTimeout> | null = null;
  #attempt = 0;

  /** `onIdle` is called when the last user has left and the connection is closed. */
  constructor(onIdle: () => void) {
    this.#onIdle = onIdle;
  }

  get state(): ConnectionState<Fault> {
    return this.#state;
  }

  /** Joins the connection; the returned function leaves it. */
  subscribe(user: User): () => void {
    this.#users.add(user);
    if (this.#idle !== null) clearTimeout(this.#idle);
    this.#idle = null;
    if (this.#state.phase === "closed") this.#begin();
    return () => {
      this.#users.delete(user);
      // React's strict mode leaves and joins again in one breath: that must not cost a connection.
      if (this.#users.size === 0 && this.#idle === null) {
        this.#idle = setTimeout(() => {
          this.#end();
        });
      }
    };
  }

  /** The users now; one that leaves meanwhile is still among them. */
  protected get users(): readonly User[] {
    return [...this.#users];
  }

  /** Starts an attempt; returns why none can ever be made here, if that is so. */
  protected abstract open(): Fault | null;

  /** Lets go of what `open` made. */
  protected abstract close(): void;

  protected opened(): void {
    this.#attempt = 0;
    this.#become("open", null);
  }

  /** The attempt goes on by itself. */
  protected interrupted(error: Fault): void {
    this.#become("connecting", error);
  }

  /** The connection is over; another is opened after a while. */
  protected failed(error: Fault): void {
    this.close();
    this.#retry = setTimeout(this.#retryNow, reconnectDelay(this.#attempt, Math.random));
    this.#attempt += 1;
    this.#become("waiting", error);
  }

  protected tell(fault: Fault): void {
    for (const user of this.users) user.onFault(fault);
  }

  #begin(): void {
    globalThis.addEventListener("online", this.#retryNow);
    this.#attemptNow();
  }

  #attemptNow(): void {
    const impossible = this.open();
    if (impossible === null) this.#become("connecting", this.#state.error);
    else this.#become("closed", impossible);
  }

  /** The planned attempt, also made at once when the network is back. */
  readonly #retryNow = (): void => {
    if (this.#state.phase !== "waiting") return;
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
    this.#attemptNow();
  };

  #end(): void {
    globalThis.removeEventListener("online", this.#retryNow);
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
    this.close();
    this.#state = { phase: "closed", error: null };
    this.#onIdle();
  }

  #become(phase: ConnectionPhase, error: Fault | null): void {
    this.#state = { phase, error };
    for (const user of this.users) user.onState(this.#state);
  }
}

/** Returns a function that gives the page's one connection to a URL, relative to the page. */
export function sharedByUrl<Connection>(
  create: (absoluteUrl: string, onIdle: () => void) => Connection,
): (url: string) => Connection {
  const connections = new Map<string, Connection>();
  return (url) => {
    const absolute = new URL(url, globalThis.location.href).href;
    const existing = connections.get(absolute);
    if (existing) return existing;
    const connection = create(absolute, () => connections.delete(absolute));
    connections.set(absolute, connection);
    return connection;
  };
}
