/** What one caller did without a longer pause: who, from where, when, and each event of it. */
import Button from "@cloudscape-design/components/button";
import { useState } from "react";
import { Link } from "react-router";
import type { EventBrief, Session } from "../../api/rest-types";
import { SEVERITIES } from "../../api/types";
import { Breakable } from "../../shared/ui/Breakable";
import { SeverityBadge } from "../../shared/ui/SeverityBadge";
import { When } from "../../shared/ui/When";

/** A busy session is folded after so many events. */
const SHOWN = 8;

interface SessionCardProps {
  readonly session: Session;
  readonly onPrincipal: (principal: string) => void;
}

export function SessionCard({ session, onPrincipal }: SessionCardProps) {
  const { principal, events } = session;
  const [whole, setWhole] = useState(false);
  const shown = whole ? events : events.slice(0, SHOWN);
  return (
    <article className="tf-panel tf-session" aria-label={`Session of ${nameOf(session)}`}>
      <header className="tf-list-head">
        <h3 className="tf-list-title">{nameOf(session)}</h3>
        {SEVERITIES.filter((severity) => (session.severities[severity] ?? 0) > 0).map((severity) => (
          <span key={severity}>
            {session.severities[severity]} <SeverityBadge severity={severity} />
          </span>
        ))}
      </header>
      <p className="tf-quiet tf-breaks">
        {[session.account_id, ...session.origins, ...session.source_ips]
          .filter((part) => part !== null)
          .join(" · ")}
      </p>
      <p className="tf-quiet">
        <When at={session.first_at} /> to <When at={session.last_at} /> · {session.resources.length} resources
      </p>
      <ol className="tf-steps">
        {shown.map((event) => (
          <li key={event.event_id}>
            <Step event={event} />
          </li>
        ))}
      </ol>
      {shown.length < events.length && (
        <Button
          onClick={() => {
            setWhole(true);
          }}
        >
          Show all {events.length} events
        </Button>
      )}
      {session.continues && (
        <p className="tf-quiet">It may have begun earlier: load earlier events to see.</p>
      )}
      {principal !== null && (
        <p className="tf-breaks">
          <Button
            onClick={() => {
              onPrincipal(principal);
            }}
          >
            Only this caller
          </Button>{" "}
          <span className="tf-mono tf-quiet">
            <Breakable text={principal} />
          </span>
        </p>
      )}
    </article>
  );
}

function Step({ event }: { readonly event: EventBrief }) {
  const { about } = event;
  const drift = event.type === "drift" ? driftIdOf(event) : null;
  const title = event.event_name ?? String(about.rule ?? about.action ?? event.type);
  const rest = [
    event.resource_type,
    event.resource_id,
    about.attribute ?? about.resource ?? null,
    about.transition,
  ];
  return (
    <>
      <When at={event.timestamp} />{" "}
      <strong>{drift === null ? title : <Link to={drift}>{title}</Link>}</strong>
      <p className="tf-quiet tf-breaks">
        {rest.filter((part) => part !== null && part !== undefined).join(" · ")}
      </p>
    </>
  );
}

/** An event of a drift is named `drift:<drift id>:<cause>`. */
function driftIdOf({ event_id: id }: EventBrief): string | null {
  const [, drift] = /^drift:([^:]+):/.exec(id) ?? [];
  return drift === undefined ? null : `/drifts/${encodeURIComponent(drift)}`;
}

function nameOf({ user_name: name, session_name: session, principal, events }: Session): string {
  return name ?? session ?? principal ?? withoutPerson(events);
}

/** What nobody is known to have done is together by kind. */
function withoutPerson([first]: readonly EventBrief[]): string {
  switch (first?.type) {
    case "falco":
      return "Falco alerts";
    case "state_change":
      return "New versions of states";
    default:
      return "Nobody known";
  }
}
