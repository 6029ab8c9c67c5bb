/** The open drifts, the most dangerous first, and below them those that ended lately. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import { useMemo, useState } from "react";
import type { Drift, Severity } from "../../api/types";
import { SEVERITY_LABELS } from "../../shared/severity";
import { DriftCard } from "./DriftCard";
import { DriftLink } from "./DriftLink";
import { OrderControl } from "./OrderControl";
import { isUnresolved, ordered } from "./selection";
import type { DriftOrder } from "./selection";

/** How many cards one step shows: a page of thousands would answer slowly. */
const STEP = 50;

interface DriftListProps {
  readonly drifts: readonly Drift[];
  readonly severity: Severity | null;
  readonly notLoaded: number;
  readonly loading: boolean;
  readonly onShowAll: () => void;
}

export function DriftList({ drifts, severity, notLoaded, loading, onShowAll }: DriftListProps) {
  const [order, setOrder] = useState<DriftOrder>("danger");
  const wanted = useMemo(
    () => drifts.filter((drift) => severity === null || drift.severity === severity),
    [drifts, severity],
  );
  const open = useMemo(() => ordered(wanted.filter(isUnresolved), order), [wanted, order]);
  const ended = useMemo(
    () =>
      ordered(
        wanted.filter((drift) => !isUnresolved(drift)),
        "time",
      ),
    [wanted],
  );
  return (
    <Container
      header={
        <Header
          variant="h2"
          counter={`(${open.length + notLoaded})`}
          description={<Legend />}
          actions={<OrderControl order={order} onChange={setOrder} />}
        >
          Open drifts
        </Header>
      }
    >
      {severity !== null && (
        <p className="tf-filter">
          Only {SEVERITY_LABELS[severity].toLowerCase()} ones are shown.{" "}
          <Button variant="inline-link" onClick={onShowAll}>
            Show all
          </Button>
        </p>
      )}
      {open.length === 0 && <NothingOpen loading={loading} filtered={severity !== null} />}
      <Cards drifts={open} label="Open drifts" />
      {notLoaded > 0 && <p className="tf-filter">{notLoaded} older open drifts are not loaded.</p>}
      {ended.length > 0 && (
        <details className="tf-fold tf-ended" open>
          <summary>Resolved lately ({ended.length})</summary>
          <Cards drifts={ended} label="Resolved drifts" />
        </details>
      )}
    </Container>
  );
}

function Legend() {
  return (
    <span className="tf-legend">
      <span className="tf-legend-removed">− what Terraform has</span>
      <span className="tf-legend-added">+ what AWS has now</span>
    </span>
  );
}

function NothingOpen({ loading, filtered }: { readonly loading: boolean; readonly filtered: boolean }) {
  if (loading) return <Box color="text-body-secondary">Loading the open drifts…</Box>;
  return (
    <Box color="text-body-secondary" padding={{ vertical: "m" }} textAlign="center">
      {filtered ? "No open drift of this severity." : "No open drift: AWS is what Terraform says."}
    </Box>
  );
}

function Cards({ drifts, label }: { readonly drifts: readonly Drift[]; readonly label: string }) {
  const [most, setMost] = useState(STEP);
  return (
    <>
      <ul className="tf-cards" aria-label={label}>
        {drifts.slice(0, most).map((drift) => (
          <li key={drift.id}>
            <DriftCard drift={drift} TitleLink={DriftLink} />
          </li>
        ))}
      </ul>
      {drifts.length > most && (
        <Button
          onClick={() => {
            setMost(most + STEP);
          }}
        >
          Show more ({drifts.length - most})
        </Button>
      )}
    </>
  );
}
