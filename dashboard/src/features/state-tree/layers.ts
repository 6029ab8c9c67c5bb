/** Where the nodes of a small graph stand: what a resource depends on to its left, what depends on it to its right. */
import type { GraphNode, ResourceGraph } from "../../api";

export interface Placed {
  readonly node: GraphNode;
  readonly x: number;
  readonly y: number;
}

export interface Line {
  readonly id: string;
  readonly from: Placed;
  readonly to: Placed;
  readonly kind: "depends_on" | "caused";
}

export interface Layout {
  readonly nodes: readonly Placed[];
  readonly lines: readonly Line[];
  readonly width: number;
  readonly height: number;
}

export const BOX = { width: 200, height: 44 } as const;
const STEP = { x: BOX.width + 56, y: BOX.height + 16 } as const;
const MARGIN = 8;

/** Returns the layout around a resource; calls stand one layer right of what they changed. */
export function layout(graph: ResourceGraph, center: string): Layout {
  const ranks = ranksFrom(graph, center);
  const lowest = Math.min(0, ...ranks.values());
  const rows = new Map<number, number>();
  const placed = new Map<string, Placed>();
  const nodes = graph.nodes.map(({ data }) => data).sort((a, b) => a.id.localeCompare(b.id));
  for (const node of nodes) {
    const column = (ranks.get(node.id) ?? 0) - lowest;
    const row = rows.get(column) ?? 0;
    rows.set(column, row + 1);
    placed.set(node.id, { node, x: MARGIN + column * STEP.x, y: MARGIN + row * STEP.y });
  }
  const lines = graph.edges.flatMap(({ data: { id, source, target, kind } }): Line[] => {
    const [from, to] = [placed.get(source), placed.get(target)];
    return from === undefined || to === undefined ? [] : [{ id, from, to, kind }];
  });
  const all = [...placed.values()];
  return {
    nodes: all,
    lines,
    width: Math.max(0, ...all.map(({ x }) => x)) + BOX.width + MARGIN,
    height: Math.max(0, ...all.map(({ y }) => y)) + BOX.height + MARGIN,
  };
}

/** Walks from the center: against a dependency one to the right, along it one to the left. */
function ranksFrom({ edges }: ResourceGraph, center: string): ReadonlyMap<string, number> {
  const ranks = new Map([[center, 0]]);
  const waiting = [center];
  for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
    const rank = ranks.get(id) ?? 0;
    for (const { data } of edges) {
      const [other, step] =
        data.source === id ? [data.target, -1] : data.target === id ? [data.source, 1] : [null, 0];
      if (other === null || ranks.has(other)) continue;
      ranks.set(other, rank + step);
      waiting.push(other);
    }
  }
  return ranks;
}
