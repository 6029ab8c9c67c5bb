/** Turns a message of the stream into a typed event. */
import { decodeConnected, decodeDrift, decodeFalco, decodeGap, decodeStateChange } from "./decode";
import { parseObject } from "./fields";
import type { StreamEvent, StreamEventType } from "./types";

/** Decodes one message; throws `DecodeError` when its data is not a JSON object. */
export function decodeStreamEvent(type: StreamEventType, data: string, id: string): StreamEvent {
  const from = parseObject(data);
  const receivedAt = Date.now();
  switch (type) {
    case "connected":
      return { type, id, receivedAt, data: decodeConnected(from) };
    case "drift":
      return { type, id, receivedAt, data: decodeDrift(from) };
    case "falco":
      return { type, id, receivedAt, data: decodeFalco(from) };
    case "state_change":
      return { type, id, receivedAt, data: decodeStateChange(from) };
    case "gap":
      return { type, id, receivedAt, data: decodeGap(from) };
  }
}
