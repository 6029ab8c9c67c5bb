/** Which events a hook wants, in the words of the stream's own query parameters. */
import type { Severity, StreamEvent, StreamEventType } from "./types";

export interface EventFilters {
  readonly severity?: Severity | readonly Severity[];
  readonly resource_type?: string | readonly string[];
}

export interface EventSelection {
  readonly types: readonly StreamEventType[] | null;
  readonly filters: EventFilters;
}

/** Whether an event is among the wanted; a greeting and a gap concern every filter. */
export function matches(event: StreamEvent, { types, filters }: EventSelection): boolean {
  if (types !== null && !types.includes(event.type)) return false;
  if (event.type === "connected" || event.type === "gap") return true;
  return fits(event.data, filters);
}

/** Whether what an event tells of passes the filters; what has no severity meets none, as on the server. */
export function fits(data: object, filters: EventFilters): boolean {
  const { severity = null, resource_type = null } = data as Readonly<Record<string, string | null>>;
  return allows(filters.severity, severity) && allows(filters.resource_type, resource_type);
}

function allows(wanted: string | readonly string[] | undefined, value: string | null): boolean {
  if (wanted === undefined) return true;
  if (value === null) return false;
  return typeof wanted === "string" ? wanted === value : wanted.includes(value);
}
