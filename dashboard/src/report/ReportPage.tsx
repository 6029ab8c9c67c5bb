/** The report of a replay, for the record of an incident: everything open, nothing asked of any server. */
import { useMemo, useState } from "react";
import { DriftCard } from "../features/drifts/DriftCard";
import { countBySeverity, isUnresolved, ordered } from "../features/drifts/selection";
import { SEVERITIES } from "../api/types";
import type { Drift } from "../api/types";
import { SEVERITY_LABELS } from "../shared/severity";
import { utcTime } from "../shared/time";
import { Unfolded } from "../shared/ui/unfolded";
import { useColourMode } from "../shared/use-colour-mode";
import type { Ignored, Report } from "./report";
import "../shared/tokens.css";
import "../app/app.css";
import "../shared/ui/list.css";
import "./report.css";

/** How many drifts are drawn at once: more would hold the browser up for seconds. */
const DRAWN = 1_000;

/** The classes of the records, as `tfdrift replay` prints them. */
const CLASSES: readonly (readonly [label: string, count: string])[] = [
  ["States read", "states_read"],
  ["Managed resources", "resources"],
  ["Records read", "records_read"],
  ["Duplicates", "duplicates"],
  ["Failed", "failed"],
  ["Read-only", "read_only"],
  ["Not API calls", "not_api_calls"],
  ["No change of configuration", "not_a_change"],
  ["Terraform's own", "terraform"],
  ["Unmapped", "unmapped"],
  ["Of nothing managed", "no_managed_resource"],
  ["Ignored by rules", "ignored_records"],
  ["With findings", "finding_records"],
];

interface ReportPageProps {
  readonly report: Report;
  /** How many drifts are drawn before somebody asks for more. */
  readonly atOnce?: number;
}

export function ReportPage({ report, atOnce = DRAWN }: ReportPageProps) {
  useColourMode();
  const drifts = useMemo(() => ordered(report.drifts, "danger"), [report]);
  const [drawn, setDrawn] = useState(atOnce);
  const left = drifts.length - drawn;
  return (
    <Unfolded value={true}>
      <main className="tf-report">
        <h1>Drift report</h1>
        <p>{period(drifts)}</p>
        <Counters drifts={drifts} />
        {report.problems.length > 0 && (
          <Section title="Could not be read">
            <p>What stands there may have held drift, or its end: this report is not complete.</p>
            <ul>
              {report.problems.map(({ where, reason }, index) => (
                <li key={index}>
                  <span className="tf-mono">{where}</span>: {reason}
                </li>
              ))}
            </ul>
          </Section>
        )}
        <Section title="Drifts">
          {drifts.length === 0 && <p>None was found.</p>}
          <ul className="tf-cards">
            {drifts.slice(0, drawn).map((drift) => (
              <li key={drift.id}>
                <DriftCard drift={drift} />
              </li>
            ))}
          </ul>
          {left > 0 && (
            <p>
              {left} more are in this file.{" "}
              <button
                type="button"
                onClick={() => {
                  setDrawn(drawn + atOnce);
                }}
              >
                Show the next {Math.min(left, atOnce)}
              </button>
            </p>
          )}
        </Section>
        {report.ignored.length > 0 && <IgnoredChanges ignored={report.ignored} />}
        {report.notes.length > 0 && (
          <Section title="Notes">
            <ul>
              {report.notes.map((note, index) => (
                <li key={index}>{note}</li>
              ))}
            </ul>
          </Section>
        )}
        <Section title="What was read">
          <table>
            <tbody>
              {CLASSES.map(([label, count]) => (
                <tr key={count}>
                  <th scope="row">{label}</th>
                  <td>{report.summary[count] ?? 0}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Section>
      </main>
    </Unfolded>
  );
}

function Section({ title, children }: { readonly title: string; readonly children: React.ReactNode }) {
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function Counters({ drifts }: { readonly drifts: readonly Drift[] }) {
  const open = drifts.filter(isUnresolved);
  const counts = countBySeverity(open);
  const unmanaged = drifts.filter(({ managed }) => !managed).length;
  return (
    <dl className="tf-report-counts">
      {SEVERITIES.map((severity) => (
        <div key={severity} className={`tf-report-${severity}`}>
          <dt>{SEVERITY_LABELS[severity]}, open</dt>
          <dd>{counts[severity]}</dd>
        </div>
      ))}
      <div>
        <dt>Resolved</dt>
        <dd>{drifts.length - open.length}</dd>
      </div>
      <div>
        <dt>Unmanaged</dt>
        <dd>{unmanaged}</dd>
      </div>
    </dl>
  );
}

function IgnoredChanges({ ignored }: { readonly ignored: readonly Ignored[] }) {
  return (
    <Section title="Ignored by rules">
      <ul className="tf-cards">
        {ignored.map(({ drift, line, rule }, index) => (
          <li key={index}>
            <p>
              Line {line}: <span className="tf-mono">{rule}</span>
            </p>
            <DriftCard drift={drift} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** From the first call to the last, in UTC: a record must read the same everywhere. */
function period(drifts: readonly Drift[]): string {
  const moments = drifts
    .map(({ timestamp }) => Date.parse(timestamp ?? ""))
    .filter((moment) => !Number.isNaN(moment))
    .sort((a, b) => a - b);
  const [first, last] = [moments[0], moments.at(-1)];
  if (first === undefined || last === undefined) return "No drift with a time.";
  return first === last ? `One moment: ${utcTime(first)}.` : `From ${utcTime(first)} to ${utcTime(last)}.`;
}
