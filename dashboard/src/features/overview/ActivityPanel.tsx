/** Drifts and alerts by the hour of the last day, as a small chart with its figures in words. */
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import { useMemo } from "react";
import type { Drift, FalcoAlert } from "../../api/types";
import { useNow } from "../../shared/use-now";
import { activity } from "./activity";
import type { Bar } from "./activity";
import "./activity.css";

const HEIGHT = 56;
const WIDTH = 12;
const GAP = 2;

interface ActivityPanelProps {
  readonly drifts: readonly Drift[];
  readonly alerts: readonly FalcoAlert[];
}

export function ActivityPanel({ drifts, alerts }: ActivityPanelProps) {
  const hour = Math.floor(useNow() / 3_600_000) * 3_600_000;
  const bars = useMemo(() => activity(drifts, alerts, hour), [drifts, alerts, hour]);
  const most = Math.max(1, ...bars.map((bar) => bar.drifts + bar.alerts));
  const width = bars.length * (WIDTH + GAP) - GAP;
  return (
    <Container header={<Header variant="h2">Last 24 hours</Header>}>
      <svg className="tf-activity" viewBox={`0 0 ${width} ${HEIGHT}`} role="img" aria-label={inWords(bars)}>
        {bars.map((bar, index) => (
          <BarView key={bar.from} bar={bar} left={index * (WIDTH + GAP)} scale={HEIGHT / most} />
        ))}
      </svg>
      <p className="tf-activity-legend">
        <span className="tf-activity-drifts">drifts</span>
        <span className="tf-activity-alerts">Falco alerts</span>
      </p>
    </Container>
  );
}

function BarView({ bar, left, scale }: { readonly bar: Bar; readonly left: number; readonly scale: number }) {
  const drifts = bar.drifts * scale;
  const alerts = bar.alerts * scale;
  return (
    <g>
      <title>{`${clock(bar.from)}: ${bar.drifts} drifts, ${bar.alerts} alerts`}</title>
      <rect className="tf-activity-ground" x={left} y={HEIGHT - 1} width={WIDTH} height={1} />
      <rect className="tf-activity-drifts" x={left} y={HEIGHT - drifts} width={WIDTH} height={drifts} />
      <rect
        className="tf-activity-alerts"
        x={left}
        y={HEIGHT - drifts - alerts}
        width={WIDTH}
        height={alerts}
      />
    </g>
  );
}

function inWords(bars: readonly Bar[]): string {
  const drifts = bars.reduce((sum, bar) => sum + bar.drifts, 0);
  const alerts = bars.reduce((sum, bar) => sum + bar.alerts, 0);
  const busiest = bars.reduce((most, bar) => (bar.drifts > most.drifts ? bar : most));
  const peak =
    busiest.drifts === 0 ? "" : `; most drifts, ${busiest.drifts}, in the hour from ${clock(busiest.from)}`;
  return `${drifts} drifts and ${alerts} Falco alerts in the last 24 hours${peak}`;
}

function clock(moment: number): string {
  return new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(
    moment,
  );
}
