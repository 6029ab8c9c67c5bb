/** The latest Falco alerts. */
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import type { FalcoAlert } from "../../api/types";
import { SeverityBadge } from "../../shared/ui/SeverityBadge";
import { When } from "../../shared/ui/When";

export function FalcoPanel({ alerts }: { readonly alerts: readonly FalcoAlert[] }) {
  return (
    <Container
      header={
        <Header variant="h2" counter={`(${alerts.length})`}>
          Falco alerts
        </Header>
      }
    >
      {alerts.length === 0 && <Box color="text-body-secondary">No alert so far.</Box>}
      <ul className="tf-list" aria-label="Falco alerts" tabIndex={0}>
        {alerts.map((alert) => (
          <li key={alert.id} data-falco-id={alert.id}>
            <div className="tf-list-head">
              <SeverityBadge severity={alert.severity} />
              <strong className="tf-list-title">{alert.rule}</strong>
              <When at={alert.timestamp} />
            </div>
            <p className="tf-list-text">{alert.output}</p>
            <p className="tf-list-note">
              {[alert.priority, alert.source, alert.hostname, container(alert)]
                .filter((part) => part !== null)
                .join(" · ")}
            </p>
          </li>
        ))}
      </ul>
    </Container>
  );
}

function container({ container_id: id }: FalcoAlert): string | null {
  return id === null || id === "" ? null : `container ${id}`;
}
