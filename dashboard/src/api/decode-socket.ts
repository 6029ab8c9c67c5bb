/** Reads what the WebSocket's server says. */
import { decodeDrift, decodeFalco, decodeGap, decodeStateChange } from "./decode";
import { decodeStats } from "./decode-rest";
import { child, parseObject, text, toObject } from "./fields";
import type { AnswerMessage, ControlMessage, TopicMessage } from "./socket-messages";
import type { JsonObject } from "./types";

/** A refusal of what was asked. */
export interface ErrorMessage {
  readonly type: "error";
  readonly code: string;
  readonly message: string;
}

export interface Received {
  /** Null for a message of a kind that this client does not know, which a newer server may send. */
  readonly message: AnswerMessage | ControlMessage | ErrorMessage | TopicMessage | null;
  /** The id of the request that this answers. */
  readonly requestId: string | null;
  readonly id: string;
}

/** Reads one message; throws `DecodeError` for one that is not an object with a fitting payload. */
export function decodeSocketMessage(data: string): Received {
  const from = parseObject(data);
  const id = text(from, "id") ?? "";
  return { message: messageOf(from, id), requestId: text(from, "request_id"), id };
}

function messageOf(from: JsonObject, id: string): Received["message"] {
  const common = { topic: text(from, "topic"), timestamp: text(from, "timestamp"), id };
  switch (from.type) {
    case "drift":
      return { ...common, type: "drift", payload: decodeDrift(toObject(from.payload)) };
    case "falco":
      return { ...common, type: "falco", payload: decodeFalco(toObject(from.payload)) };
    case "state_change":
      return { ...common, type: "state_change", payload: decodeStateChange(toObject(from.payload)) };
    case "gap":
      return { ...common, type: "gap", payload: decodeGap(toObject(from.payload)) };
    case "stats":
      return { ...common, type: "stats", payload: decodeStats(toObject(from.payload)) };
    case "result": {
      const payload = toObject(from.payload);
      return {
        ...common,
        type: "result",
        payload: { query: text(payload, "query"), data: payload.data ?? null },
      };
    }
    case "pong":
      return { ...common, type: "pong", payload: from.payload ?? null };
    case "error": {
      const payload = toObject(from.payload);
      return {
        type: "error",
        code: text(payload, "code") ?? "unknown",
        message: text(payload, "message") ?? "The server refused without a reason",
      };
    }
    case "welcome":
    case "subscribed":
    case "unsubscribed":
    case "heartbeat":
      return { ...common, type: from.type, payload: child(from, "payload") ?? {} };
    default:
      return null;
  }
}
