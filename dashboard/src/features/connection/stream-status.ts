/** What the page says about its connection, from what the stream's hook and the loaded data know. */

export type StreamStatus = "connected" | "connecting" | "disconnected" | "gap";

export interface StreamFacts {
  readonly isConnected: boolean;
  /** The connection stood before, so that a new attempt is a repair. */
  readonly hasFailed: boolean;
  /** Events were lost, and the content is not loaded again yet. */
  readonly hasGap: boolean;
}

export function streamStatus({ isConnected, hasFailed, hasGap }: StreamFacts): StreamStatus {
  if (isConnected) return hasGap ? "gap" : "connected";
  return hasFailed ? "disconnected" : "connecting";
}
