/** The lines of a difference as two columns: what belongs together stands beside each other. */
import type { DiffLine } from "./line-diff";

export interface Sides {
  readonly left: string | null;
  readonly right: string | null;
  readonly changed: boolean;
}

/** Returns the rows; a removed line stands beside the added one that takes its place. */
export function sideBySide(lines: readonly DiffLine[]): readonly Sides[] {
  const rows: Sides[] = [];
  let removed: string[] = [];
  let added: string[] = [];
  const flush = (): void => {
    const count = Math.max(removed.length, added.length);
    for (let n = 0; n < count; n += 1) {
      rows.push({ left: removed[n] ?? null, right: added[n] ?? null, changed: true });
    }
    removed = [];
    added = [];
  };
  for (const { sign, text } of lines) {
    if (sign === "removed") removed.push(text);
    else if (sign === "added") added.push(text);
    else {
      flush();
      rows.push({ left: text, right: text, changed: false });
    }
  }
  flush();
  return rows;
}
