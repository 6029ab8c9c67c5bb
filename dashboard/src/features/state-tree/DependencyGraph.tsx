/** A resource, what it depends on, what depends on it, and the calls that made it drift. */
import { useState } from "react";
import { useGraph } from "../../api";
import type { GraphNode, StateResource } from "../../api";
import { QueryState } from "../../shared/ui/QueryState";
import { BOX, layout } from "./layers";
import type { Line, Placed } from "./layers";

const DEPTHS = [1, 2, 3] as const;
const LIMIT = 100;
const LETTERS = 28;

interface DependencyGraphProps {
  readonly resource: StateResource;
  readonly onChoose: (address: string) => void;
}

export function DependencyGraph({ resource, onChoose }: DependencyGraphProps) {
  const [depth, setDepth] = useState<number>(1);
  const graph = useGraph({
    of: "neighbours",
    address: resource.address,
    bucket: resource.state?.bucket ?? null,
    key: resource.state?.key ?? null,
    depth,
    limit: LIMIT,
  });
  const drawn = graph.data === undefined ? null : layout(graph.data, resource.address);
  return (
    <section className="tf-panel">
      <h3>Dependencies</h3>
      <div role="group" aria-label="How far" className="tf-depths">
        {DEPTHS.map((each) => (
          <button
            key={each}
            type="button"
            aria-pressed={depth === each}
            onClick={() => {
              setDepth(each);
            }}
          >
            {each} {each === 1 ? "step" : "steps"}
          </button>
        ))}
      </div>
      <QueryState
        query={graph}
        empty={drawn !== null && drawn.nodes.length < 2}
        nothing="It depends on nothing in this state, and nothing here depends on it."
      >
        {drawn !== null && (
          <div className="tf-graph-scroll" tabIndex={0} role="region" aria-label="Graph of dependencies">
            <svg width={drawn.width} height={drawn.height} role="group" aria-label="Dependencies">
              {drawn.lines.map((line) => (
                <LineView key={line.id} line={line} />
              ))}
              {drawn.nodes.map((placed) => (
                <NodeView
                  key={placed.node.id}
                  placed={placed}
                  isCenter={placed.node.id === resource.address}
                  onChoose={onChoose}
                />
              ))}
            </svg>
          </div>
        )}
        {graph.data?.truncated === true && <p className="tf-quiet">There is more than is drawn here.</p>}
      </QueryState>
      <p className="tf-quiet">
        Left: what it depends on. Right: what depends on it, and the calls that changed it.
      </p>
    </section>
  );
}

function LineView({ line: { from, to, kind } }: { readonly line: Line }) {
  const [left, right] = from.x < to.x ? [from, to] : [to, from];
  const [x1, y1] = [left.x + BOX.width, left.y + BOX.height / 2];
  const [x2, y2] = [right.x, right.y + BOX.height / 2];
  const middle = (x1 + x2) / 2;
  return (
    <path
      className={`tf-edge tf-edge-${kind}`}
      d={`M ${x1} ${y1} C ${middle} ${y1}, ${middle} ${y2}, ${x2} ${y2}`}
    />
  );
}

interface NodeViewProps {
  readonly placed: Placed;
  readonly isCenter: boolean;
  readonly onChoose: (address: string) => void;
}

function NodeView({ placed: { node, x, y }, isCenter, onChoose }: NodeViewProps) {
  const choose = (): void => {
    if (node.kind === "resource") onChoose(node.id);
  };
  const label = cut(node.label);
  const note = noteOn(node);
  return (
    <g
      className={`tf-node tf-node-${node.kind}`}
      data-severity={node.severity ?? ""}
      data-center={isCenter}
      transform={`translate(${x} ${y})`}
      role="button"
      tabIndex={0}
      onClick={choose}
      onKeyDown={(event) => {
        if (event.key === "Enter" || event.key === " ") choose();
      }}
    >
      <title>{spoken(node)}</title>
      <rect width={BOX.width} height={BOX.height} rx={8} />
      <text x={10} y={18}>
        {label}
      </text>
      <text x={10} y={35} className="tf-node-note">
        {note}
      </text>
    </g>
  );
}

function noteOn(node: GraphNode): string {
  if (node.kind === "call") return cut(node.origin === null ? "call" : `call via ${node.origin}`);
  return node.status ?? "as in Terraform";
}

function spoken(node: GraphNode): string {
  if (node.kind === "call") return `call ${node.label}`;
  return node.severity === null ? node.id : `${node.id}: ${node.severity} drift, ${node.status ?? ""}`;
}

function cut(text: string): string {
  return text.length > LETTERS ? `…${text.slice(1 - LETTERS)}` : text;
}
