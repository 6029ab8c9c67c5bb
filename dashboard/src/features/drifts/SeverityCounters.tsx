/** Open drifts by severity; pressing one shows only these. */
import { SEVERITIES } from "../../api/types";
import type { Severity } from "../../api/types";
import { SEVERITY_LABELS } from "../../shared/severity";
import type { SeverityCounts } from "./selection";
import "./counters.css";

interface SeverityCountersProps {
  readonly counts: SeverityCounts;
  readonly selected: Severity | null;
  readonly onSelect: (severity: Severity | null) => void;
}

export function SeverityCounters({ counts, selected, onSelect }: SeverityCountersProps) {
  return (
    <div className="tf-counters" role="group" aria-label="Open drifts by severity">
      {SEVERITIES.map((severity) => (
        <button
          key={severity}
          type="button"
          className={`tf-counter tf-counter-${severity}`}
          data-empty={counts[severity] === 0}
          data-severity={severity}
          aria-pressed={selected === severity}
          onClick={() => {
            onSelect(selected === severity ? null : severity);
          }}
        >
          <span className="tf-counter-number">{counts[severity]}</span>
          <span className="tf-counter-label">{SEVERITY_LABELS[severity]}</span>
        </button>
      ))}
    </div>
  );
}
