/** The WebSocket's messages, of either side, as TypeScript types. */
import type { Stats } from "./rest-types";
import type { EventFilters } from "./filters";
import type { Drift, FalcoAlert, Gap, Json, JsonObject, StateChange } from "./types";

/** What may be subscribed to. */
export const TOPICS = ["drifts", "events", "state", "stats"] as const;
export type Topic = (typeof TOPICS)[number];

interface MessageOf<Type extends string, Payload> {
  readonly type: Type;
  readonly topic: string | null;
  /** When the event happened, or when the message was made. */
  readonly timestamp: string | null;
  /** A place in the feed; empty where the message has none. */
  readonly id: string;
  readonly payload: Payload;
}

/** What a topic brings. */
export type TopicMessage =
  | MessageOf<"drift", Drift>
  | MessageOf<"falco", FalcoAlert>
  | MessageOf<"state_change", StateChange>
  | MessageOf<"stats", Stats>
  | MessageOf<"gap", Gap>;

/** The answer to a query, or to a ping. */
export type AnswerMessage =
  MessageOf<"result", { readonly query: string | null; readonly data: Json }> | MessageOf<"pong", Json>;

/** What concerns the connection alone. */
export type ControlMessage = MessageOf<"welcome" | "subscribed" | "unsubscribed" | "heartbeat", JsonObject>;

/** What a client may ask. */
export type Request =
  | { readonly type: "ping"; readonly payload?: Json }
  | {
      readonly type: "query";
      readonly query: string;
      readonly params?: Readonly<Record<string, string | number | readonly string[]>>;
    };

/** Which topic a message belongs to; a gap belongs to all. */
export const TOPIC_OF = {
  drift: "drifts",
  falco: "events",
  state_change: "state",
  stats: "stats",
} as const satisfies Readonly<Record<Exclude<TopicMessage["type"], "gap">, Topic>>;

/** Topics that are wanted, each with its filters. */
export type Wanted = ReadonlyMap<Topic, EventFilters>;
