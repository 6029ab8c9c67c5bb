/** The steps of a drift's life, oldest first. */
import type { HistoryEntry } from "../../api/types";
import { When } from "../../shared/ui/When";

export function HistoryPanel({ history }: { readonly history: readonly HistoryEntry[] }) {
  return (
    <section className="tf-panel">
      <h3>History</h3>
      {history.length === 0 && <p className="tf-quiet">No step is recorded.</p>}
      <ol className="tf-steps">
        {history.map((step, index) => (
          <li key={step.event_id ?? index} data-status={step.status}>
            <strong>{step.transition ?? step.status}</strong>
            {step.by !== null && ` by ${step.by}`} <When at={step.at} />
            {step.reason !== null && <p>{step.reason}</p>}
          </li>
        ))}
      </ol>
    </section>
  );
}
