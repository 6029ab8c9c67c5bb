/** How far the page is behind AWS, by the latest drifts that came in while it was open. */
import { useMemo } from "react";
import { useSSE } from "../../api/sse";
import { duration } from "../../shared/time";
import { lagOf } from "./lag";

const LATEST = 20;

export function StreamLag() {
  const { events } = useSSE({ types: ["drift"], maxEvents: LATEST });
  const lag = useMemo(() => lagOf(events), [events]);
  if (lag === null) return null;
  const title = `From the API call to this page, the middle of the latest ${lag.of}; CloudTrail's delivery is most of it`;
  return (
    <span className="tf-quiet" title={title}>
      {duration(lag.median)} behind
    </span>
  );
}
