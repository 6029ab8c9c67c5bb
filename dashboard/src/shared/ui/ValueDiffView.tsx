/** What an attribute was to Terraform and what it is in AWS now. */
import { use, useMemo, useState } from "react";
import type { Json } from "../../api/types";
import { diffValues } from "../diff/value-diff";
import type { DiffLine, Sign } from "../diff/line-diff";
import { Unfolded } from "./unfolded";
import "./value-diff.css";

/** A longer difference is folded: the page is for an overview. */
const LINES_SHOWN = 24;

const MARKS: Readonly<Record<Sign, { mark: string; spoken: string }>> = {
  removed: { mark: "−", spoken: "Terraform has: " },
  added: { mark: "+", spoken: "AWS has: " },
  same: { mark: " ", spoken: "" },
  skipped: { mark: "⋯", spoken: "" },
};

interface ValueDiffProps {
  readonly expected: Json;
  readonly actual: Json;
}

export function ValueDiffView({ expected, actual }: ValueDiffProps) {
  const diff = useMemo(() => diffValues(expected, actual), [expected, actual]);
  if (diff.kind === "lines") return <Lines lines={diff.lines} />;
  return (
    <div className="tf-diff tf-diff-scalar">
      <del>
        <span className="tf-spoken">Terraform has </span>
        {diff.before}
      </del>
      <span className="tf-diff-arrow" aria-hidden="true">
        →
      </span>
      <ins>
        <span className="tf-spoken">AWS has </span>
        {diff.after}
      </ins>
    </div>
  );
}

function Lines({ lines }: { readonly lines: readonly DiffLine[] }) {
  const [whole, setWhole] = useState(use(Unfolded));
  const shown = whole ? lines : lines.slice(0, LINES_SHOWN);
  return (
    <div className="tf-diff tf-diff-lines">
      {shown.map(({ sign, text }, index) => (
        <div key={index} className={`tf-diff-line tf-diff-${sign}`}>
          <span className="tf-diff-mark" aria-hidden="true">
            {MARKS[sign].mark}
          </span>
          <span className="tf-diff-text">
            <span className="tf-spoken">{MARKS[sign].spoken}</span>
            {text}
          </span>
        </div>
      ))}
      {shown.length < lines.length && (
        <button
          type="button"
          className="tf-diff-more"
          onClick={() => {
            setWhole(true);
          }}
        >
          Show all {lines.length} lines
        </button>
      )}
    </div>
  );
}
