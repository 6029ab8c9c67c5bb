/** Entries by id, from two sources that tell of the same things: what was loaded, and what the stream brings. */

export interface Entry<Item> {
  readonly item: Item;
  /** The load that the entry outlives; null for an entry that a load brought. */
  readonly liveSince: number | null;
}

export type Collection<Item> = ReadonlyMap<string, Entry<Item>>;

/**
 * The loaded entries become the content, but for those that the stream brought since the load's generation
 * began. The page subscribes before it loads, so that a change between the two is in one of them at least; and
 * an event may overtake the answer to a request that was sent before it.
 */
export function withLoaded<Item extends { readonly id: string }>(
  collection: Collection<Item>,
  items: readonly Item[],
  generation: number,
): Collection<Item> {
  const merged = new Map<string, Entry<Item>>(items.map((item) => [item.id, { item, liveSince: null }]));
  for (const [id, entry] of collection) {
    if (entry.liveSince !== null && entry.liveSince >= generation) merged.set(id, entry);
  }
  return merged;
}

/** Keeps the `most` entries that come first in the given order. */
export function bounded<Item>(
  collection: Collection<Item>,
  most: number,
  order: (a: Item, b: Item) => number,
): Collection<Item> {
  if (collection.size <= most) return collection;
  return new Map([...collection].sort(([, a], [, b]) => order(a.item, b.item)).slice(0, most));
}
