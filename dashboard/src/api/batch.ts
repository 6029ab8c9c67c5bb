/** Gathers what comes in quick succession, so that a flood costs one piece of work a moment. */

export class Batch<Item> {
  readonly #handle: (items: readonly Item[]) => void;
  readonly #delay: number;
  #pending: Item[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;

  /** `handle` gets what was gathered over `delay` milliseconds, in its order. */
  constructor(handle: (items: readonly Item[]) => void, delay: number) {
    this.#handle = handle;
    this.#delay = delay;
  }

  add(item: Item): void {
    this.#pending.push(item);
    this.#timer ??= setTimeout(() => {
      this.flush();
    }, this.#delay);
  }

  /** Hands over now what was gathered, if anything. */
  flush(): void {
    const gathered = this.#pending;
    this.drop();
    if (gathered.length > 0) this.#handle(gathered);
  }

  /** Forgets what was gathered. */
  drop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#pending = [];
  }
}
