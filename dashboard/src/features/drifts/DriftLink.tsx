/** The way to one drift's page. */
import type { ReactNode } from "react";
import { Link } from "react-router";

export function DriftLink({ id, children }: { readonly id: string; readonly children: ReactNode }) {
  return (
    <Link className="tf-drift-link" to={`/drifts/${encodeURIComponent(id)}`}>
      {children}
    </Link>
  );
}
