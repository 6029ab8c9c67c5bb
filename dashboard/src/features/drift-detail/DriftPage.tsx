/** One drift whole: what changed, who did it and how that is known, what came before and beside it, what to do. */
import { Link, useParams } from "react-router";
import { RestError, useDrift } from "../../api";
import type { DriftDetail } from "../../api";
import { Breakable } from "../../shared/ui/Breakable";
import { Problem } from "../../shared/ui/Problem";
import { SeverityBadge } from "../../shared/ui/SeverityBadge";
import { When } from "../../shared/ui/When";
import { changeNote } from "../drifts/change-note";
import { DriftFacts } from "../drifts/DriftFacts";
import { originName, personName, roleName } from "../drifts/person";
import { AcknowledgePanel } from "./AcknowledgePanel";
import { CommandsPanel } from "./CommandsPanel";
import { HistoryPanel } from "./HistoryPanel";
import { RelatedPanel } from "./RelatedPanel";
import { placeOf } from "../state-tree/place";
import { SideBySide } from "./SideBySide";
import "./drift-detail.css";

export default function DriftPage() {
  const { id = null } = useParams();
  const { data, error, isPending, refetch } = useDrift(id);
  if (data !== undefined) return <Detail drift={data} />;
  if (isPending) return <p className="tf-message tf-quiet">Loading the drift…</p>;
  if (error instanceof RestError && error.code === "drift_not_found") return <NotThere />;
  return <Problem what="The drift could not be loaded" error={error} onRetry={() => void refetch()} />;
}

function NotThere() {
  return (
    <section className="tf-message">
      <h2>This drift is not there</h2>
      <p>
        Resolved drifts are kept for a while only. <Link to="/drifts">Go to the drifts</Link>
      </p>
    </section>
  );
}

function Detail({ drift }: { readonly drift: DriftDetail }) {
  const title = drift.resource_address ?? drift.resource_id;
  const note = changeNote(drift);
  const inState = stateQuery(drift);
  return (
    <article className="tf-detail" aria-label={`${drift.severity} drift of ${title}`}>
      <header className="tf-detail-head">
        <SeverityBadge severity={drift.severity} />
        <h2 className="tf-page-title">
          <Breakable text={title} />
        </h2>
        <span data-drift-status={drift.status}>{drift.status}</span>
        <When at={drift.timestamp} />
      </header>
      <p className="tf-detail-who">
        <strong>{personName(drift.user_identity)}</strong>
        {roleName(drift.user_identity) !== null && ` as ${roleName(drift.user_identity) ?? ""}`} called{" "}
        <span className="tf-mono">{drift.cause.event_name ?? "an unknown API"}</span> via {originName(drift)}
        {drift.source_ip !== null && ` from ${drift.source_ip}`}.
        {inState !== null && (
          <>
            {" "}
            <Link to={`/state?${inState}`}>Its resource in the state</Link>
          </>
        )}
      </p>
      {drift.severity_reason !== null && <p className="tf-detail-reason">{drift.severity_reason}</p>}
      <div className="tf-columns">
        <div className="tf-stack">
          <section className="tf-panel">
            <h3>
              <span className="tf-mono">{drift.attribute ?? "The whole resource"}</span>{" "}
              {drift.change_type ?? "changed"}
            </h3>
            {note === null ? (
              <SideBySide expected={drift.old_value} actual={drift.new_value} />
            ) : (
              <p className="tf-quiet">{note}</p>
            )}
          </section>
          <CommandsPanel drift={drift} />
          <RelatedPanel events={drift.related_events} truncated={drift.related_events_truncated} />
        </div>
        <div className="tf-stack">
          <AcknowledgePanel key={drift.status} drift={drift} />
          <section className="tf-panel">
            <h3>Evidence</h3>
            <DriftFacts drift={drift} />
          </section>
          <HistoryPanel history={drift.history} />
        </div>
      </div>
    </article>
  );
}

/** The address of the state's page with the drift's resource; null for one that no state holds. */
function stateQuery({ resource_address: address, state }: DriftDetail): string | null {
  if (address === null || state === null) return null;
  return new URLSearchParams({ address, state: placeOf(state) }).toString();
}
