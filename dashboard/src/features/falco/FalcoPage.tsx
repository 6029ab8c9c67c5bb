/** Falco's alerts, the newest first, by severity and by words in them. */
import { useMemo } from "react";
import { useSearchParams } from "react-router";
import { useEvents } from "../../api/events";
import { SEVERITIES } from "../../api/types";
import type { FalcoAlert, Severity } from "../../api/types";
import { SEVERITY_LABELS } from "../../shared/severity";
import { Facts } from "../../shared/ui/Facts";
import { LoadMore } from "../../shared/ui/LoadMore";
import { Problem } from "../../shared/ui/Problem";
import { SeverityBadge } from "../../shared/ui/SeverityBadge";
import { When } from "../../shared/ui/When";
import { alertMatches } from "./alert-search";
import "./falco-page.css";

const ALERTS_A_PART = 100;

export default function FalcoPage() {
  const [search, setSearch] = useSearchParams();
  const severity = SEVERITIES.find((known) => known === search.get("severity")) ?? null;
  const words = search.get("q") ?? "";
  const events = useEvents({ filters: filtersFor(severity), limit: ALERTS_A_PART });
  const items = events.data?.items;
  const alerts = useMemo(
    () => (items ?? []).flatMap((entry) => (entry.type === "falco" ? [entry.payload] : [])),
    [items],
  );
  const shown = useMemo(() => alerts.filter((alert) => alertMatches(alert, words)), [alerts, words]);
  const put = (name: string, value: string): void => {
    setSearch(
      (before) => {
        const after = new URLSearchParams(before);
        if (value === "") after.delete(name);
        else after.set(name, value);
        return after;
      },
      { replace: true },
    );
  };
  return (
    <>
      <div className="tf-page-head">
        <h2 className="tf-page-title">Falco alerts</h2>
        <div className="tf-choices">
          <label>
            Severity{" "}
            <select
              className="tf-field"
              value={severity ?? ""}
              onChange={(event) => {
                put("severity", event.target.value);
              }}
            >
              <option value="">all</option>
              {SEVERITIES.map((each) => (
                <option key={each} value={each}>
                  {SEVERITY_LABELS[each]}
                </option>
              ))}
            </select>
          </label>
          <label>
            Words{" "}
            <input
              className="tf-field"
              type="search"
              value={words}
              onChange={(event) => {
                put("q", event.target.value);
              }}
            />
          </label>
        </div>
      </div>
      {events.isError && (
        <Problem
          what="The alerts could not be loaded"
          error={events.error}
          onRetry={() => void events.refetch()}
        />
      )}
      {events.isPending && <p className="tf-quiet">Loading the alerts…</p>}
      {events.isSuccess && <Found shown={shown.length} loaded={alerts.length} more={events.hasNextPage} />}
      <ul className="tf-cards" aria-label="Falco alerts">
        {shown.map((alert) => (
          <li key={alert.id} className="tf-panel" data-falco-id={alert.id}>
            <AlertView alert={alert} />
          </li>
        ))}
      </ul>
      <LoadMore listing={events} label="Load earlier alerts" />
    </>
  );
}

function filtersFor(severity: Severity | null) {
  return { type: "falco" as const, ...(severity !== null && { severity }) };
}

interface FoundProps {
  readonly shown: number;
  readonly loaded: number;
  readonly more: boolean;
}

function Found({ shown, loaded, more }: FoundProps) {
  if (loaded === 0) {
    return (
      <p className="tf-message tf-quiet">
        No alert. Falco sends its alerts to <span className="tf-mono">POST /api/v1/falco/events</span>.
      </p>
    );
  }
  return (
    <p className="tf-quiet" role="status">
      {shown} of {loaded} loaded alerts{more && "; there are earlier ones"}
    </p>
  );
}

function AlertView({ alert }: { readonly alert: FalcoAlert }) {
  const facts = [
    ["Priority", alert.priority],
    ["Source", alert.source],
    ["Host", alert.hostname],
    ["Container", alert.container_id === "" ? null : alert.container_id],
    ["Tags", alert.tags.length === 0 ? null : alert.tags.join(", ")],
  ] as const;
  return (
    <>
      <div className="tf-list-head">
        <SeverityBadge severity={alert.severity} />
        <h3 className="tf-list-title">{alert.rule}</h3>
        <When at={alert.timestamp} />
      </div>
      <p className="tf-breaks">{alert.output}</p>
      <Facts facts={facts} inRow />
    </>
  );
}
