/** A moment: how long ago and the local time, with UTC on hover. */
import { ago, localTime, utcTime } from "../time";
import { useNow } from "../use-now";

export function When({ at }: { readonly at: string | null }) {
  const now = useNow();
  const moment = at === null ? NaN : Date.parse(at);
  if (Number.isNaN(moment)) return <span className="tf-when">time unknown</span>;
  return (
    <time className="tf-when" dateTime={at ?? undefined} title={utcTime(moment)}>
      <span className="tf-when-ago">{ago(moment, now)}</span> {localTime(moment, now)}
    </time>
  );
}
