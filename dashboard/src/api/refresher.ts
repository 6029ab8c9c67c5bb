/** Asks again for answers that an event made old, seldom enough that a flood of events is no flood of requests. */
import { hashKey } from "@tanstack/react-query";
import type { QueryClient, QueryKey } from "@tanstack/react-query";

/** The shortest time between two questions for one answer. */
const REFRESH_MS = 2_000;

export class Refresher {
  readonly #client: QueryClient;
  readonly #old = new Map<string, QueryKey>();
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(client: QueryClient) {
    this.#client = client;
  }

  /** Notes that the answers under a key are old; those in use are asked for again within a moment. */
  mark(key: QueryKey): void {
    this.#old.set(hashKey(key), key);
    this.#plan();
  }

  /** Forgets what was planned. */
  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#old.clear();
  }

  #plan(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#refresh();
    }, REFRESH_MS);
  }

  #refresh(): void {
    for (const [hash, queryKey] of [...this.#old]) {
      // A question that is under way may have been answered before the event: it is asked again afterwards.
      if (this.#client.isFetching({ queryKey }) > 0) continue;
      this.#old.delete(hash);
      void this.#client.invalidateQueries({ queryKey });
    }
    if (this.#old.size > 0) this.#plan();
  }
}
