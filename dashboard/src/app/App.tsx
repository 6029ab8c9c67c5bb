/** The page: header with the connection, counters, open drifts, Falco alerts and state changes. */
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import { useMemo, useState } from "react";
import type { Severity } from "../api/types";
import { StreamIndicator } from "../features/connection/StreamIndicator";
import { useStreamStatus } from "../features/connection/use-stream-status";
import { DriftList } from "../features/drifts/DriftList";
import { SeverityCounters } from "../features/drifts/SeverityCounters";
import { countBySeverity, isUnresolved } from "../features/drifts/selection";
import { FalcoPanel } from "../features/falco/FalcoPanel";
import { newestFirst } from "../features/overview/overview-state";
import { useOverview } from "../features/overview/use-overview";
import { StateChangesPanel } from "../features/state-changes/StateChangesPanel";
import { useColourMode } from "../shared/use-colour-mode";
import { Announcer } from "./Announcer";
import { Logo } from "./Logo";
import { useTitle } from "./use-title";
import "../shared/tokens.css";
import "./app.css";
import "../shared/ui/list.css";

export function App() {
  useColourMode();
  const { state, reload } = useOverview();
  const status = useStreamStatus(state.gap);
  const [severity, setSeverity] = useState<Severity | null>(null);
  const drifts = useMemo(() => [...state.drifts.values()].map(({ item }) => item), [state.drifts]);
  const falco = useMemo(() => newest(state.falco.values()), [state.falco]);
  const changes = useMemo(() => newest(state.changes.values()), [state.changes]);
  const open = useMemo(() => drifts.filter(isUnresolved), [drifts]);
  const counts = useMemo(() => countBySeverity(open), [open]);
  useTitle(open.length + state.notLoaded, counts.critical);
  return (
    <div className="tf-app">
      <header className="tf-bar">
        <Logo />
        <h1 className="tf-bar-name">TFDrift</h1>
        <StreamIndicator status={status} />
      </header>
      <main className="tf-main">
        {state.signedOut && <SignInExpired />}
        {state.failure !== null && !state.signedOut && (
          <Alert
            type="error"
            header="The drifts could not be loaded"
            action={<Button onClick={reload}>Try again</Button>}
          >
            {state.failure}. The page tries again by itself; what the stream brings is shown meanwhile.
          </Alert>
        )}
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
            <FalcoPanel alerts={falco} />
            <StateChangesPanel changes={changes} />
          </div>
        </div>
      </main>
      <Announcer open={open} />
    </div>
  );
}

function SignInExpired() {
  return (
    <Alert
      type="warning"
      header="Your sign-in has expired"
      action={
        <Button
          onClick={() => {
            globalThis.location.reload();
          }}
        >
          Sign in again
        </Button>
      }
    >
      What is shown may be old: nothing new arrives until you sign in again.
    </Alert>
  );
}

function newest<Item extends { readonly timestamp: string | null }>(
  entries: Iterable<{ readonly item: Item }>,
): readonly Item[] {
  return Array.from(entries, ({ item }) => item).sort(newestFirst);
}
