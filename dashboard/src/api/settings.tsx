/** Where the hooks find the server; an app that is served from its own origin needs to say nothing. */
import { createContext, useContext, useMemo } from "react";
import type { ReactNode } from "react";

/** Where the stream is on its server. */
export const STREAM_PATH = "/api/v1/stream";

export interface ApiSettings {
  /** The server's origin, and a path before `/api` if it has one; empty for the page's own origin. */
  readonly baseUrl: string;
  /** The API token, where the server wants one for what changes a drift; null where people sign in. */
  readonly token: string | null;
}

/** The page's own origin, without a token. */
export const OWN_ORIGIN: ApiSettings = { baseUrl: "", token: null };

const Settings = createContext(OWN_ORIGIN);

export interface TFDriftProviderProps {
  readonly baseUrl?: string;
  readonly token?: string | null;
  readonly children?: ReactNode;
}

/** Tells all hooks below where the server is. */
export function TFDriftProvider({ baseUrl = "", token = null, children }: TFDriftProviderProps) {
  const settings = useMemo(() => ({ baseUrl: baseUrl.replace(/\/+$/, ""), token }), [baseUrl, token]);
  return <Settings value={settings}>{children}</Settings>;
}

/** Returns where the server is. */
export function useApiSettings(): ApiSettings {
  return useContext(Settings);
}

/** Returns where a server's stream is. */
export function streamUrl({ baseUrl }: Pick<ApiSettings, "baseUrl">): string {
  return `${baseUrl}${STREAM_PATH}`;
}

/** Returns where a server's WebSocket is. */
export function socketUrl({ baseUrl }: Pick<ApiSettings, "baseUrl">): string {
  return `${baseUrl}/ws`;
}
