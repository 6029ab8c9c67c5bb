/** What happened around a drift: the same person's calls, the same resource, the same minutes. */
import { Link } from "react-router";
import type { RelatedEvent, Relation } from "../../api";
import { SeverityBadge } from "../../shared/ui/SeverityBadge";
import { When } from "../../shared/ui/When";

const RELATIONS: Readonly<Record<Relation, string>> = {
  principal: "same principal",
  resource: "same resource",
  time: "within minutes",
};

interface RelatedPanelProps {
  readonly events: readonly RelatedEvent[];
  readonly truncated: readonly Relation[];
}

export function RelatedPanel({ events, truncated }: RelatedPanelProps) {
  return (
    <section className="tf-panel">
      <h3>Around it ({events.length})</h3>
      {events.length === 0 && (
        <p className="tf-quiet">Nothing else is known of that person, resource or time.</p>
      )}
      <ul className="tf-list" aria-label="Related events" tabIndex={0}>
        {events.map((event) => (
          <li key={event.event_id} data-related={event.event_id}>
            <div className="tf-list-head">
              {event.severity !== null && <SeverityBadge severity={event.severity} />}
              <strong className="tf-list-title">{what(event)}</strong>
              <When at={event.timestamp} />
            </div>
            <p className="tf-list-note">{note(event)}</p>
          </li>
        ))}
      </ul>
      {truncated.length > 0 && (
        <p className="tf-quiet">
          There is more: see the <Link to="/timeline">timeline</Link>.
        </p>
      )}
    </section>
  );
}

/** Who did it and to what, as far as it is known, and how it is related. */
function note({ user_name, resource_type, resource_id, relation }: RelatedEvent): string {
  const relations = relation.map((each) => RELATIONS[each]).join(", ");
  return [user_name, resource_type, resource_id, relations].filter((part) => part !== null).join(" · ");
}

function what(event: RelatedEvent): string {
  const { rule, transition, attribute, action } = event.about;
  if (event.type === "falco") return `Falco: ${String(rule ?? "alert")}`;
  if (event.type === "state_change") return `State: ${String(action ?? "changed")}`;
  return [event.event_name, transition, attribute]
    .filter((part) => part !== null && part !== undefined)
    .join(" · ");
}
