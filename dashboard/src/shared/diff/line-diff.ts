/** The lines that differ between two texts, with a little of what stays the same around them. */

export type Sign = "removed" | "added" | "same" | "skipped";

export interface DiffLine {
  readonly sign: Sign;
  readonly text: string;
}

/** How many unchanged lines are shown beside a change. */
const CONTEXT = 2;

/** Above this many comparisons the texts are shown one after the other: an exact diff would freeze the page. */
const MOST_COMPARISONS = 1_000_000;

/** Returns the shortest edit from `before` to `after`, line by line. */
export function lineDiff(before: readonly string[], after: readonly string[]): readonly DiffLine[] {
  if (before.length * after.length > MOST_COMPARISONS) {
    return [...signed("removed", before), ...signed("added", after)];
  }
  const common = commonLengths(before, after);
  const lines: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    if (i < before.length && before[i] === after[j]) {
      lines.push({ sign: "same", text: before[i] ?? "" });
      i += 1;
      j += 1;
    } else if (i < before.length && lengthAt(common, i + 1, j) >= lengthAt(common, i, j + 1)) {
      lines.push({ sign: "removed", text: before[i] ?? "" });
      i += 1;
    } else if (j < after.length) {
      lines.push({ sign: "added", text: after[j] ?? "" });
      j += 1;
    } else {
      lines.push({ sign: "removed", text: before[i] ?? "" });
      i += 1;
    }
  }
  return shortened(lines);
}

/** Gives every line the same sign. */
export function signed(sign: Sign, lines: readonly string[]): readonly DiffLine[] {
  return lines.map((text) => ({ sign, text }));
}

/** Lengths of the longest common subsequences of the rests from (i, j). */
function commonLengths(before: readonly string[], after: readonly string[]): readonly Uint32Array[] {
  const lengths = Array.from({ length: before.length + 1 }, () => new Uint32Array(after.length + 1));
  for (let i = before.length - 1; i >= 0; i -= 1) {
    for (let j = after.length - 1; j >= 0; j -= 1) {
      const row = lengths[i];
      if (row === undefined) continue;
      row[j] =
        before[i] === after[j]
          ? lengthAt(lengths, i + 1, j + 1) + 1
          : Math.max(lengthAt(lengths, i + 1, j), lengthAt(lengths, i, j + 1));
    }
  }
  return lengths;
}

function lengthAt(lengths: readonly Uint32Array[], i: number, j: number): number {
  return lengths[i]?.[j] ?? -1;
}

/** Replaces long unchanged stretches by one line that counts them; that line would not shorten a single one. */
function shortened(lines: readonly DiffLine[]): readonly DiffLine[] {
  const near = lines.map((_, index) =>
    lines.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some(({ sign }) => sign !== "same"),
  );
  const result: DiffLine[] = [];
  let far: DiffLine[] = [];
  const flush = (): void => {
    if (far.length > 1) result.push({ sign: "skipped", text: unchanged(far.length, "line") });
    else result.push(...far);
    far = [];
  };
  lines.forEach((line, index) => {
    if (near[index] === true) {
      flush();
      result.push(line);
    } else {
      far.push(line);
    }
  });
  flush();
  return result;
}

/** "3 unchanged lines". */
export function unchanged(count: number, noun: string): string {
  return `${count} unchanged ${noun}${count === 1 ? "" : "s"}`;
}
