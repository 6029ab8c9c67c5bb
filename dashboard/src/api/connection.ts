/** One connection to the stream, shared by all who subscribe to it, which outlives failures of the server. */
import { SeenIds } from "./seen-ids";
import { SharedConnection, sharedByUrl } from "./shared-connection";
import type { ConnectionUser } from "./shared-connection";
import { decodeStreamEvent } from "./stream-event";
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

export interface StreamUser extends ConnectionUser<StreamError> {
  /** Each event once, in the order of the stream. */
  readonly onEvent: (event: StreamEvent) => void;
}

/**
 * The browser's EventSource retries by itself while it calls its state CONNECTING, and gives up for good on an
 * answer that is not a stream, such as a load balancer's 502 or 503. After that this class opens a new one,
 * with a random delay, and names the last event it saw in `?lastEventId=`, since a new EventSource sends no
 * Last-Event-ID.
 */
export class StreamConnection extends SharedConnection<StreamError, StreamUser> {
  readonly #url: string;
  readonly #seen = new SeenIds(REMEMBERED_IDS);
  #source: EventSource | null = null;
  #lastEventId = "";

  constructor(url: string, onIdle: () => void) {
    super(onIdle);
    this.#url = url;
  }

  protected override open(): StreamError | null {
    if (typeof EventSource === "undefined") {
      return new StreamError("connection", "This browser has no EventSource");
    }
    const source = new EventSource(this.#target());
    this.#source = source;
    source.onopen = () => {
      this.opened();
    };
    source.onerror = () => {
      const error = new StreamError("connection", "The connection to the stream is lost");
      if (source.readyState === EventSource.CLOSED) this.failed(error);
      else this.interrupted(error);
    };
    for (const type of STREAM_EVENT_TYPES) {
      source.addEventListener(type, (message: MessageEvent<string>) => {
        this.#receive(type, message);
      });
    }
    // Where a filter in the URL lets nothing pass, this moves the place to come back to.
    source.addEventListener("cursor", (message: MessageEvent<string>) => {
      this.#lastEventId = message.lastEventId;
    });
    return null;
  }

  protected override close(): void {
    this.#source?.close();
    this.#source = null;
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
      this.tell(new StreamError("data", `A ${type} event could not be read`, { cause }));
      return;
    }
    for (const user of this.users) user.onEvent(event);
  }
}

/** Returns the page's one connection to that URL, relative to the page. */
export const sharedConnection = sharedByUrl((url, onIdle) => new StreamConnection(url, onIdle));
