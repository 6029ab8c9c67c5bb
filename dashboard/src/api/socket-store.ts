/** One hook's share of the socket: its topics, its latest message, in the shape that React subscribes to. */
import { Batch } from "./batch";
import type { EventFilters } from "./filters";
import { shownState } from "./shared-connection";
import { sharedSocket } from "./socket-connection";
import type { SocketConnection } from "./socket-connection";
import { SocketError } from "./socket-error";
import { TOPICS } from "./socket-messages";
import type { AnswerMessage, Request, Topic, TopicMessage } from "./socket-messages";

/** How long messages are gathered before React renders the last of them. */
const FRAME_MS = 16;

export interface SocketSnapshot {
  readonly isConnected: boolean;
  readonly isConnecting: boolean;
  readonly error: SocketError | null;
  readonly lastMessage: TopicMessage | null;
}

export const NO_SOCKET: SocketSnapshot = {
  isConnected: false,
  isConnecting: false,
  error: null,
  lastMessage: null,
};

export class SocketStore {
  readonly #listeners = new Set<() => void>();
  readonly #wanted = new Map<Topic, EventFilters>();
  #snapshot = NO_SOCKET;
  /** Of a message or a subscription; shown until it is cleared, but for while the connection has its own. */
  #fault: SocketError | null = null;
  #connection: SocketConnection | null = null;

  readonly listen = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly getSnapshot = (): SocketSnapshot => this.#snapshot;

  /** Wants topics, all where none is named; to want one again replaces its filters. */
  readonly subscribe = (topics: Topic | readonly Topic[] = TOPICS, filters: EventFilters = {}): void => {
    for (const topic of [topics].flat()) this.#wanted.set(topic, filters);
    this.#connection?.wantsChanged();
  };

  /** Wants topics no more, all where none is named. */
  readonly unsubscribe = (topics: Topic | readonly Topic[] = TOPICS): void => {
    for (const topic of [topics].flat()) this.#wanted.delete(topic);
    this.#connection?.wantsChanged();
  };

  readonly sendMessage = (request: Request): Promise<AnswerMessage> =>
    this.#connection?.request(request) ??
    Promise.reject(new SocketError("connection", "The socket is not connected"));

  readonly clearError = (): void => {
    this.#fault = null;
    this.#update({ error: null });
  };

  /** Joins the shared socket; the returned function leaves it. */
  start(url: string, onMessage: (message: TopicMessage) => void): () => void {
    const connection = sharedSocket(url);
    this.#connection = connection;
    const batch = new Batch<TopicMessage>((messages) => {
      this.#update({ lastMessage: messages.at(-1) ?? null });
    }, FRAME_MS);
    const leave = connection.subscribe({
      wanted: this.#wanted,
      onMessage: (message) => {
        onMessage(message);
        batch.add(message);
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
    connection.wantsChanged();
    return () => {
      leave();
      this.#connection = null;
      connection.wantsChanged();
      batch.flush();
      this.#update({ isConnected: false, isConnecting: false });
    };
  }

  #update(change: Partial<SocketSnapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...change };
    for (const listener of [...this.#listeners]) listener();
  }
}
