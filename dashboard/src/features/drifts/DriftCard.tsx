/** One drift: what changed, who did it, from where, and whether it is dangerous. */
import { memo, use } from "react";
import type { ComponentType, ReactNode } from "react";
import type { Drift } from "../../api/types";
import { Breakable } from "../../shared/ui/Breakable";
import { SeverityBadge } from "../../shared/ui/SeverityBadge";
import { ValueDiffView } from "../../shared/ui/ValueDiffView";
import { When } from "../../shared/ui/When";
import { Unfolded } from "../../shared/ui/unfolded";
import { changeNote } from "./change-note";
import { DriftFacts } from "./DriftFacts";
import { originName, personName, roleName } from "./person";
import "./drift-card.css";

interface DriftCardProps {
  readonly drift: Drift;
  /** Makes the title lead to the drift's own page, where there is one. */
  readonly TitleLink?: ComponentType<{ readonly id: string; readonly children: ReactNode }>;
}

export const DriftCard = memo(function DriftCard({ drift, TitleLink }: DriftCardProps) {
  const title = drift.resource_address ?? drift.resource_id;
  return (
    <article
      className={`tf-drift tf-drift-${drift.severity}`}
      data-status={drift.status}
      data-drift-id={drift.id}
      aria-label={`${drift.severity} drift of ${title}`}
    >
      <header className="tf-drift-head">
        <SeverityBadge severity={drift.severity} />
        <h3 className="tf-drift-title">
          {TitleLink === undefined ? (
            <Breakable text={title} />
          ) : (
            <TitleLink id={drift.id}>
              <Breakable text={title} />
            </TitleLink>
          )}
        </h3>
        <When at={drift.timestamp} />
      </header>
      <p className="tf-drift-subtitle">
        <span>
          <Breakable text={drift.resource_type} />
        </span>
        {drift.resource_address !== null && <span>{drift.resource_id}</span>}
        {!drift.managed && <span className="tf-drift-flag">not managed by Terraform</span>}
        <Ending drift={drift} />
      </p>
      {drift.severity_reason !== null && <p className="tf-drift-reason">{drift.severity_reason}</p>}
      <Who drift={drift} />
      <Change drift={drift} />
      <details className="tf-fold" open={use(Unfolded)}>
        <summary>Evidence</summary>
        <DriftFacts drift={drift} />
      </details>
    </article>
  );
});

function Ending({ drift }: { readonly drift: Drift }) {
  if (drift.status === "open") return null;
  const { resolution } = drift;
  const how = resolution === null ? drift.status : `${drift.status}: ${resolution.how}`;
  return (
    <span className="tf-drift-ending">
      {resolution?.by === undefined || resolution.by === null ? how : `${how} by ${resolution.by}`}
    </span>
  );
}

function Who({ drift }: { readonly drift: Drift }) {
  const role = roleName(drift.user_identity);
  return (
    <p className="tf-drift-who">
      <strong className="tf-drift-person">{personName(drift.user_identity)}</strong>
      {role !== null && <span>as {role}</span>}
      <span>via {originName(drift)}</span>
      {drift.source_ip !== null && (
        <span>
          from <span className="tf-mono">{drift.source_ip}</span>
        </span>
      )}
      {drift.user_identity.mfa === false && <span className="tf-drift-flag">without MFA</span>}
    </p>
  );
}

function Change({ drift }: { readonly drift: Drift }) {
  const note = changeNote(drift);
  return (
    <div className="tf-drift-change">
      <div className="tf-drift-attribute">
        <span className="tf-mono">{drift.attribute ?? "whole resource"}</span>
        <span className="tf-drift-kind">{drift.change_type ?? "changed"}</span>
        {drift.cause.event_name !== null && <span className="tf-drift-call">{drift.cause.event_name}</span>}
      </div>
      {note === null ? (
        <ValueDiffView expected={drift.old_value} actual={drift.new_value} />
      ) : (
        <p className="tf-drift-note">{note}</p>
      )}
    </div>
  );
}
