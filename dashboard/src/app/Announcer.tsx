/** Reads a new critical drift out to those who do not see the page. */
import { useEffect, useRef, useState } from "react";
import type { Drift } from "../api/types";
import { personName } from "../features/drifts/person";

export function Announcer({ open }: { readonly open: readonly Drift[] }) {
  const known = useRef<ReadonlySet<string> | null>(null);
  const [text, setText] = useState("");
  useEffect(() => {
    const critical = open.filter((drift) => drift.severity === "critical");
    const fresh = known.current === null ? [] : critical.filter(({ id }) => known.current?.has(id) === false);
    known.current = new Set(critical.map(({ id }) => id));
    const [first] = fresh;
    if (first !== undefined) setText(announcement(first));
  }, [open]);
  return (
    <div className="tf-spoken" aria-live="assertive">
      {text}
    </div>
  );
}

function announcement(drift: Drift): string {
  const resource = drift.resource_address ?? drift.resource_id;
  return `Critical drift of ${resource} by ${personName(drift.user_identity)}`;
}
