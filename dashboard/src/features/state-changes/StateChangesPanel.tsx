/** The latest changes of Terraform states. */
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import type { StateChange } from "../../api/types";
import { Breakable } from "../../shared/ui/Breakable";
import { When } from "../../shared/ui/When";

const LOOKS: Readonly<Record<string, StatusIndicatorProps.Type>> = {
  added: "success",
  modified: "info",
  removed: "stopped",
};

export function StateChangesPanel({ changes }: { readonly changes: readonly StateChange[] }) {
  return (
    <Container
      header={
        <Header variant="h2" counter={`(${changes.length})`}>
          State changes
        </Header>
      }
    >
      {changes.length === 0 && <Box color="text-body-secondary">No state has changed so far.</Box>}
      <ul className="tf-list" aria-label="State changes" tabIndex={0}>
        {changes.map((change) => (
          <li key={change.id}>
            <div className="tf-list-head">
              <StatusIndicator type={LOOKS[change.action] ?? "info"}>{change.action}</StatusIndicator>
              <strong className="tf-list-title tf-mono">
                <Breakable text={change.resource} />
              </strong>
              <When at={change.timestamp} />
            </div>
            <p className="tf-list-note">{details(change)}</p>
          </li>
        ))}
      </ul>
    </Container>
  );
}

function details({ state, serial, changed_attributes: attributes }: StateChange): string {
  const version = serial === null ? null : `serial ${serial}`;
  const changed = attributes.length === 0 ? null : attributes.join(", ");
  return [state?.key ?? null, version, changed].filter((part) => part !== null).join(" · ");
}
