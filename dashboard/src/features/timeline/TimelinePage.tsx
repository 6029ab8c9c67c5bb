/** Who did what: sessions of one caller each, the newest first. */
import Button from "@cloudscape-design/components/button";
import { useMemo } from "react";
import { useSearchParams } from "react-router";
import { useTimeline } from "../../api/timeline";
import type { Session } from "../../api/rest-types";
import { LoadMore } from "../../shared/ui/LoadMore";
import { Problem } from "../../shared/ui/Problem";
import { useNow } from "../../shared/use-now";
import { PERIODS, periodOf, sinceOf } from "./period";
import { SessionCard } from "./SessionCard";
import "./timeline.css";

const EVENTS_A_PART = 200;

export default function TimelinePage() {
  const [search, setSearch] = useSearchParams();
  const principal = search.get("principal");
  const period = periodOf(search.get("period"));
  const since = sinceOf(period, useNow());
  const filters = useMemo(
    () => ({ ...(principal !== null && { principal }), ...(since !== null && { since }) }),
    [principal, since],
  );
  const timeline = useTimeline({ filters, limit: EVENTS_A_PART });
  const put = (name: string, value: string | null): void => {
    setSearch((before) => {
      const after = new URLSearchParams(before);
      if (value === null) after.delete(name);
      else after.set(name, value);
      return after;
    });
  };
  return (
    <>
      <div className="tf-page-head">
        <h2 className="tf-page-title">Timeline</h2>
        <label>
          Period{" "}
          <select
            className="tf-field"
            value={period}
            onChange={(event) => {
              put("period", event.target.value);
            }}
          >
            {PERIODS.map(({ key, label }) => (
              <option key={key} value={key}>
                {label}
              </option>
            ))}
          </select>
        </label>
      </div>
      {principal !== null && (
        <p>
          Only <span className="tf-mono tf-breaks">{principal}</span>{" "}
          <Button
            onClick={() => {
              put("principal", null);
            }}
          >
            Show everybody
          </Button>
        </p>
      )}
      {timeline.isError && (
        <Problem
          what="The timeline could not be loaded"
          error={timeline.error}
          onRetry={() => void timeline.refetch()}
        />
      )}
      {timeline.isPending && <p className="tf-quiet">Loading the timeline…</p>}
      {timeline.data !== undefined && (
        <Sessions
          sessions={timeline.data.items}
          onPrincipal={(chosen) => {
            put("principal", chosen);
          }}
        />
      )}
      <LoadMore listing={timeline} label="Load earlier events" />
    </>
  );
}

interface SessionsProps {
  readonly sessions: readonly Session[];
  readonly onPrincipal: (principal: string) => void;
}

function Sessions({ sessions, onPrincipal }: SessionsProps) {
  if (sessions.length === 0)
    return <p className="tf-message tf-quiet">Nobody did anything in this period.</p>;
  return (
    <ol className="tf-cards" aria-label="Sessions">
      {sessions.map((session) => (
        <li key={keyOf(session)}>
          <SessionCard session={session} onPrincipal={onPrincipal} />
        </li>
      ))}
    </ol>
  );
}

function keyOf({ principal, account_id: account, last_at: last, events }: Session): string {
  return [principal, account, last, events[0]?.event_id].join(" ");
}
