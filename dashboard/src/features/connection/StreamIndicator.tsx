/** The connection's state in the header, read out when it changes. */
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import type { StreamStatus } from "./stream-status";

const LOOKS: Readonly<Record<StreamStatus, { type: StatusIndicatorProps.Type; text: string }>> = {
  connected: { type: "success", text: "Connected" },
  connecting: { type: "loading", text: "Connecting" },
  disconnected: { type: "error", text: "Disconnected, reconnecting" },
  gap: { type: "warning", text: "Gap, reloading" },
};

export function StreamIndicator({ status }: { readonly status: StreamStatus }) {
  const { type, text } = LOOKS[status];
  return (
    <span role="status" data-stream-status={status}>
      <StatusIndicator type={type}>{text}</StatusIndicator>
    </span>
  );
}
