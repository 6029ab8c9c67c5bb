/** The React hook on the WebSocket: topics that come and go, and questions; all components share one socket. */
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { socketUrl, useApiSettings } from "./settings";
import { NO_SOCKET, SocketStore } from "./socket-store";
import type { SocketSnapshot } from "./socket-store";
import type { TopicMessage } from "./socket-messages";

export { SocketError } from "./socket-error";
export { TOPICS } from "./socket-messages";
export type { AnswerMessage, Request, Topic, TopicMessage } from "./socket-messages";

export interface UseWebSocketOptions {
  /** The socket's address, relative to the page; when left out the provider's server's, else `/ws`. */
  readonly url?: string;
  /** Called with every message, none left out however fast they come; only the latest function is called. */
  readonly onMessage?: (message: TopicMessage) => void;
}

export interface UseWebSocketResult
  extends SocketSnapshot, Pick<SocketStore, "clearError" | "sendMessage" | "subscribe" | "unsubscribe"> {}

/** Follows topics over the page's one socket, and asks questions over it. */
export function useWebSocket(options: UseWebSocketOptions = {}): UseWebSocketResult {
  const settings = useApiSettings();
  const url = options.url ?? socketUrl(settings);
  const [store] = useState(() => new SocketStore());
  const onMessage = useRef(options.onMessage);
  useEffect(() => {
    onMessage.current = options.onMessage;
  });
  useEffect(
    () =>
      store.start(url, (message) => {
        onMessage.current?.(message);
      }),
    [store, url],
  );
  const snapshot = useSyncExternalStore(store.listen, store.getSnapshot, () => NO_SOCKET);
  const { clearError, sendMessage, subscribe, unsubscribe } = store;
  return { ...snapshot, clearError, sendMessage, subscribe, unsubscribe };
}
