/** The state of the page's connection, remembered between a failure and the next attempt. */
import { useSSE } from "../../api/sse";
import { streamStatus } from "./stream-status";
import type { StreamStatus } from "./stream-status";

/** `hasGap`: events were lost, and the content is not loaded again yet. */
export function useStreamStatus(hasGap: boolean): StreamStatus {
  const { isConnected, error } = useSSE({ maxEvents: 0 });
  return streamStatus({ isConnected, hasFailed: error?.kind === "connection", hasGap });
}
