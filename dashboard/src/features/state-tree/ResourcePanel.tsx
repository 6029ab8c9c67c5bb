/** One resource: its drift, what Terraform has of it, and its dependencies. */
import { Link } from "react-router";
import type { StateResource } from "../../api";
import type { Drift } from "../../api/types";
import { SeverityBadge } from "../../shared/ui/SeverityBadge";
import { DependencyGraph } from "./DependencyGraph";

interface ResourcePanelProps {
  readonly resource: StateResource;
  readonly drifts: readonly Drift[];
  readonly onChoose: (address: string) => void;
}

export function ResourcePanel({ resource, drifts, onChoose }: ResourcePanelProps) {
  const own = drifts.filter(
    (drift) => drift.resource_address === resource.address && drift.status !== "resolved",
  );
  return (
    <div className="tf-stack" data-resource={resource.address}>
      <section className="tf-panel">
        <h3 className="tf-mono">{resource.address}</h3>
        <p className="tf-quiet">
          {[resource.resource_id, resource.account_id, resource.region]
            .filter((part) => part !== null)
            .join(" · ")}
        </p>
        {own.length === 0 && <p>No drift: AWS is what Terraform says.</p>}
        <ul className="tf-own-drifts">
          {own.map((drift) => (
            <li key={drift.id}>
              <SeverityBadge severity={drift.severity} />{" "}
              <Link to={`/drifts/${encodeURIComponent(drift.id)}`}>
                {drift.attribute ?? "the whole resource"}
              </Link>
            </li>
          ))}
        </ul>
        <details className="tf-fold">
          <summary>Attributes in the state</summary>
          <pre className="tf-attributes" tabIndex={0} aria-label="Attributes in the state">
            {JSON.stringify(resource.attributes, null, 2)}
          </pre>
        </details>
      </section>
      <DependencyGraph resource={resource} onChoose={onChoose} />
    </div>
  );
}
