/** One WebSocket for all who use it: topics, requests, and the way back after a failure. */
import { decodeSocketMessage } from "./decode-socket";
import type { Received } from "./decode-socket";
import { fits } from "./filters";
import { Requests } from "./requests";
import { SeenIds } from "./seen-ids";
import { SharedConnection, sharedByUrl } from "./shared-connection";
import type { ConnectionUser } from "./shared-connection";
import { SocketError } from "./socket-error";
import { TOPIC_OF } from "./socket-messages";
import type { AnswerMessage, ControlMessage, Request, TopicMessage, Wanted } from "./socket-messages";
import { wantedTogether } from "./wanted-topics";

/** A heartbeat comes every 60 s: a connection that is silent for longer is dead, whatever the browser thinks. */
const SILENCE_MS = 90_000;

/** How many ids are remembered to drop events that are delivered again. */
const REMEMBERED_IDS = 2_000;

export interface SocketUser extends ConnectionUser<SocketError> {
  /** The topics this user wants; read again at `wantsChanged`. */
  readonly wanted: Wanted;
  /** A message of a wanted topic, each once, or a gap. */
  readonly onMessage: (message: TopicMessage) => void;
}

/**
 * Follows the server's protocol: what was subscribed to is subscribed to again after a failure, from the last place
 * that the server named, so that nothing is missed.
 */
export class SocketConnection extends SharedConnection<SocketError, SocketUser> {
  readonly #url: string;
  readonly #seen = new SeenIds(REMEMBERED_IDS);
  readonly #requests = new Requests();
  #socket: WebSocket | null = null;
  #silence: ReturnType<typeof setTimeout> | null = null;
  #lastEventId = "";
  /** What the server was asked for on this connection, as text by topic. */
  #subscribed = new Map<string, string>();

  constructor(url: string, onIdle: () => void) {
    super(onIdle);
    this.#url = url;
  }

  /** Brings the server's subscriptions in line with what the users want now. */
  wantsChanged(): void {
    if (this.state.phase !== "open") return;
    const wanted = wantedTogether(this.users.map((user) => user.wanted));
    for (const topic of this.#subscribed.keys()) {
      if ((wanted as ReadonlyMap<string, unknown>).has(topic)) continue;
      this.#subscribed.delete(topic);
      this.#send({ type: "unsubscribe", topic });
    }
    this.#subscribe(wanted, null);
  }

  /** Sends a request; throws `SocketError` when it is refused or the connection ends before the answer. */
  async request(request: Request): Promise<AnswerMessage> {
    if (this.state.phase !== "open") throw new SocketError("connection", "The socket is not connected");
    return this.#requests.ask((id) => {
      this.#send({ ...request, request_id: id });
    });
  }

  protected override open(): SocketError | null {
    if (typeof WebSocket === "undefined") {
      return new SocketError("connection", "This browser has no WebSocket");
    }
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    socket.onopen = () => {
      this.#opened();
    };
    socket.onmessage = (event: MessageEvent<unknown>) => {
      this.#receive(event.data);
    };
    socket.onclose = ({ code, reason }) => {
      const why = reason === "" ? `code ${code}` : reason;
      this.failed(new SocketError("connection", `The socket is closed: ${why}`));
    };
    this.#expectSomething();
    return null;
  }

  protected override close(): void {
    if (this.#silence !== null) clearTimeout(this.#silence);
    this.#silence = null;
    this.#subscribed.clear();
    const socket = this.#socket;
    this.#socket = null;
    if (socket !== null) {
      // What a dying socket still has to say is no concern of the next one.
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    }
    this.#requests.fail(new SocketError("connection", "The connection ended before the answer"));
  }

  #opened(): void {
    this.opened();
    const wanted = wantedTogether(this.users.map((user) => user.wanted));
    this.#subscribe(wanted, this.#lastEventId === "" ? null : this.#lastEventId);
  }

  #subscribe(wanted: Wanted, from: string | null): void {
    for (const [topic, filters] of wanted) {
      const asked = JSON.stringify(filters);
      if (this.#subscribed.get(topic) === asked) continue;
      this.#subscribed.set(topic, asked);
      this.#send({ type: "subscribe", topic, ...filters, ...(from !== null && { last_event_id: from }) });
    }
  }

  #send(message: object): void {
    this.#socket?.send(JSON.stringify(message));
  }

  #receive(data: unknown): void {
    this.#expectSomething();
    let received: Received;
    try {
      received = decodeSocketMessage(String(data));
    } catch (cause) {
      this.tell(new SocketError("data", "A message could not be read", { cause }));
      return;
    }
    const { message, requestId, id } = received;
    if (message === null) return;
    switch (message.type) {
      case "result":
      case "pong":
        this.#requests.answer(requestId, message);
        break;
      case "error":
        this.#refused(requestId, new SocketError("refused", message.message, { code: message.code }));
        break;
      case "welcome":
      case "subscribed":
      case "unsubscribed":
      case "heartbeat":
        this.#control(message);
        break;
      default:
        this.#deliver(message, String(data));
        if (id !== "") this.#lastEventId = id;
    }
  }

  /**
   * A heartbeat and an event name the lowest place of all topics. What is told of one subscription may lie above
   * that, and counts only where nothing is known yet.
   */
  #control({ type, id }: ControlMessage): void {
    if (id !== "" && (type === "heartbeat" || this.#lastEventId === "")) this.#lastEventId = id;
  }

  #refused(requestId: string | null, error: SocketError): void {
    if (!this.#requests.reject(requestId, error)) this.tell(error);
  }

  #deliver(message: TopicMessage, text: string): void {
    if (message.id !== "" && message.type !== "gap" && !this.#seen.add(`${message.id}\n${text}`)) return;
    for (const user of this.users) if (isWanted(message, user.wanted)) user.onMessage(message);
  }

  #expectSomething(): void {
    if (this.#silence !== null) clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      this.failed(new SocketError("connection", "The socket is silent"));
    }, SILENCE_MS);
  }
}

/** A gap concerns all; figures have nothing to filter by. */
function isWanted(message: TopicMessage, wanted: Wanted): boolean {
  if (message.type === "gap") return true;
  const filters = wanted.get(TOPIC_OF[message.type]);
  return filters !== undefined && (message.type === "stats" || fits(message.payload, filters));
}

/** Returns the page's one socket to that URL, relative to the page; http becomes ws, https wss. */
export const sharedSocket = sharedByUrl(
  (url, onIdle) => new SocketConnection(url.replace(/^http/, "ws"), onIdle),
);
