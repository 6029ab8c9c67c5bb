/** Keeps the cached answers of a server current with its stream, once for all hooks that use them. */
import { useQueryClient } from "@tanstack/react-query";
import type { QueryCacheNotifyEvent, QueryClient, QueryKey } from "@tanstack/react-query";
import { useEffect } from "react";
import { Batch } from "./batch";
import { Beginning } from "./beginning";
import { sharedConnection } from "./connection";
import type { DriftListQuery } from "./drift-filters";
import { mergeDrifts } from "./merge-drifts";
import type { DriftsById } from "./merge-drifts";
import { driftKey, familyKey, serverKey } from "./query-keys";
import type { Family } from "./query-keys";
import { Refresher } from "./refresher";
import type { DriftDetail, Parts } from "./rest-types";
import { streamUrl, useApiSettings } from "./settings";
import type { Drift, StreamEvent } from "./types";

/** How long events are gathered before the cache takes them in. */
const GATHER_MS = 100;

/** What is asked for again after an event. Lists of drifts are not: the event itself is put into them. */
const MADE_OLD: Readonly<Record<StreamEvent["type"], readonly Family[]>> = {
  connected: [],
  gap: [],
  drift: ["stats", "events", "timeline", "graph"],
  falco: ["stats", "events", "timeline"],
  state_change: ["stats", "events", "timeline", "graph", "states", "resources", "resource"],
};

/**
 * One server's answers in one cache. While anybody uses them it follows the stream:
 *
 * - the first questions wait until the stream has greeted, so that nothing happens unseen between an answer and the
 *   stream's beginning;
 * - a drift is put into the lists that have it or should, and into the answer on it;
 * - other answers that an event makes old are asked for again, at most every 2 s;
 * - a gap makes every answer old.
 */
export class LiveUpdates {
  readonly #client: QueryClient;
  readonly #server: { readonly baseUrl: string };
  readonly #refresher: Refresher;
  readonly #batch: Batch<StreamEvent>;
  /** By a list's hash, the drifts that came while it was being asked for: the answer may lack them. */
  readonly #missed = new Map<string, Map<string, Drift>>();
  #users = 0;
  #begin = new Beginning("greeted");
  #leave: () => void = () => undefined;

  constructor(client: QueryClient, baseUrl: string) {
    this.#client = client;
    this.#server = { baseUrl };
    this.#refresher = new Refresher(client);
    this.#batch = new Batch((events) => {
      this.#take(events);
    }, GATHER_MS);
  }

  /** Waits until a question may be asked whose answer the stream keeps current; at once where nobody follows it. */
  begun(): Promise<void> {
    return this.#begin.over;
  }

  /** Follows the stream until the returned function is called. */
  use(): () => void {
    this.#users += 1;
    if (this.#users === 1) this.#start();
    return () => {
      this.#users -= 1;
      if (this.#users === 0) this.#stop();
    };
  }

  /** Puts drifts into all answers that have them or should. */
  put(drifts: DriftsById): void {
    for (const drift of drifts.values()) {
      const history = drift.history?.length ? drift.history : null;
      this.#client.setQueryData<DriftDetail>(
        driftKey(this.#server, drift.id),
        (old) => old && { ...old, ...drift, history: history ?? old.history },
      );
    }
    const lists = this.#client.getQueryCache().findAll({ queryKey: familyKey(this.#server, "drifts") });
    for (const { state, queryHash, queryKey } of lists) {
      if (state.fetchStatus === "fetching") this.#miss(queryHash, drifts);
      // Data that is known to be old stays marked as such: to put something in would make it count as new.
      if (!state.isInvalidated) this.#merge(queryKey, drifts);
    }
  }

  #start(): void {
    const connection = sharedConnection(streamUrl(this.#server));
    this.#begin = new Beginning(connection.state.phase === "open" ? "greeted" : "awaited");
    // What was kept from an earlier use has missed the events since; who uses it now asks again.
    void this.#client.invalidateQueries({ queryKey: serverKey(this.#server), refetchType: "none" });
    const leaveStream = connection.subscribe({
      onEvent: (event) => {
        if (event.type === "connected") this.#greet();
        this.#batch.add(event);
      },
      onState: ({ error }) => {
        if (error !== null) this.#begin.giveUp();
      },
      onFault: () => undefined,
    });
    const leaveCache = this.#client.getQueryCache().subscribe((event) => {
      this.#followCache(event);
    });
    this.#leave = () => {
      leaveStream();
      leaveCache();
    };
  }

  #stop(): void {
    this.#leave();
    this.#begin.giveUp();
    this.#batch.drop();
    this.#refresher.stop();
    this.#missed.clear();
  }

  #take(events: readonly StreamEvent[]): void {
    const drifts = new Map<string, Drift>();
    const types = new Set<StreamEvent["type"]>();
    for (const event of events) {
      types.add(event.type);
      if (event.type === "drift") drifts.set(event.data.id, event.data);
    }
    if (drifts.size > 0) this.put(drifts);
    // The stream does not bring the history and what happened around it.
    for (const id of drifts.keys()) this.#refresher.mark(driftKey(this.#server, id));
    for (const family of new Set([...types].flatMap((type) => MADE_OLD[type]))) {
      this.#refresher.mark(familyKey(this.#server, family));
    }
    if (types.has("gap")) this.#askAllAgain();
  }

  /** A greeting after the first comes with what was missed: only what failed meanwhile is asked for again. */
  #greet(): void {
    if (this.#begin.phase === "given up") {
      this.#askAllAgain();
    } else if (this.#begin.phase === "greeted") {
      void this.#client.refetchQueries({
        queryKey: serverKey(this.#server),
        type: "active",
        predicate: ({ state }) => state.status === "error",
      });
    }
    this.#begin.greet();
  }

  #askAllAgain(): void {
    const queryKey = serverKey(this.#server);
    const first = this.#client.getQueryCache().findAll({ queryKey, fetchStatus: "fetching" });
    // A first question under way is not broken off by what follows: it is asked again when it is answered.
    for (const query of first) if (query.state.data === undefined) this.#refresher.mark(query.queryKey);
    void this.#client.invalidateQueries({ queryKey });
  }

  #miss(hash: string, drifts: DriftsById): void {
    const missed = this.#missed.get(hash) ?? new Map<string, Drift>();
    for (const [id, drift] of drifts) missed.set(id, drift);
    this.#missed.set(hash, missed);
  }

  #merge(queryKey: QueryKey, drifts: DriftsById): void {
    const query = queryKey[3] as DriftListQuery;
    this.#client.setQueryData<Parts<Drift>>(queryKey, (list) => list && mergeDrifts(list, query, drifts));
  }

  #followCache({ query }: QueryCacheNotifyEvent): void {
    const missed = this.#missed.get(query.queryHash);
    if (missed === undefined || query.state.fetchStatus === "fetching") return;
    this.#missed.delete(query.queryHash);
    this.#merge(query.queryKey as QueryKey, missed);
  }
}

const updates = new WeakMap<QueryClient, Map<string, LiveUpdates>>();

/** Returns what keeps a server's answers in that cache current. */
export function liveUpdates(client: QueryClient, baseUrl: string): LiveUpdates {
  const servers = updates.get(client) ?? new Map<string, LiveUpdates>();
  updates.set(client, servers);
  const found = servers.get(baseUrl) ?? new LiveUpdates(client, baseUrl);
  servers.set(baseUrl, found);
  return found;
}

/** Keeps the server's cached answers current while the component is there. */
export function useLiveUpdates(): void {
  const client = useQueryClient();
  const { baseUrl } = useApiSettings();
  useEffect(() => liveUpdates(client, baseUrl).use(), [client, baseUrl]);
}
