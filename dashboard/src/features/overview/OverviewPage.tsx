/** What an on-call engineer sees first: how dangerous it is, what changed, who did it, and what stood beside it. */
import { useMemo, useState } from "react";
import type { Severity } from "../../api/types";
import { DriftList } from "../drifts/DriftList";
import { SeverityCounters } from "../drifts/SeverityCounters";
import { countBySeverity, isUnresolved } from "../drifts/selection";
import { FalcoPanel } from "../falco/FalcoPanel";
import { StateChangesPanel } from "../state-changes/StateChangesPanel";
import { ActivityPanel } from "./ActivityPanel";
import { useLiveData } from "./live-data";
import { TopsPanel } from "./TopsPanel";

export function OverviewPage() {
  const { state, drifts, falco, changes } = useLiveData();
  const [severity, setSeverity] = useState<Severity | null>(null);
  const open = useMemo(() => drifts.filter(isUnresolved), [drifts]);
  const counts = useMemo(() => countBySeverity(open), [open]);
  return (
    <>
      <SeverityCounters counts={counts} selected={severity} onSelect={setSeverity} />
      <div className="tf-columns">
        <DriftList
          drifts={drifts}
          severity={severity}
          notLoaded={state.notLoaded}
          loading={state.phase === "loading"}
          onShowAll={() => {
            setSeverity(null);
          }}
        />
        <div className="tf-side">
          <ActivityPanel drifts={drifts} alerts={falco} />
          <TopsPanel open={open} />
          <FalcoPanel alerts={falco.slice(0, 20)} />
          <StateChangesPanel changes={changes.slice(0, 20)} />
        </div>
      </div>
    </>
  );
}
