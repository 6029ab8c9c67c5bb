/** What stands in a list's place while it loads, when it cannot be loaded, and when nothing is in it. */
import type { ReactNode } from "react";
import { Problem } from "./Problem";

interface QueryStateProps {
  readonly query: {
    readonly isPending: boolean;
    readonly error: Error | null;
    readonly refetch: () => unknown;
  };
  readonly empty: boolean;
  /** What is said when nothing is there. */
  readonly nothing: string;
  readonly children: ReactNode;
}

export function QueryState({ query, empty, nothing, children }: QueryStateProps) {
  if (query.error !== null) {
    return (
      <Problem
        what="This could not be loaded"
        error={query.error}
        onRetry={() => {
          query.refetch();
        }}
      />
    );
  }
  if (query.isPending) return <p className="tf-message tf-quiet">Loading…</p>;
  return empty ? <p className="tf-message tf-quiet">{nothing}</p> : children;
}
