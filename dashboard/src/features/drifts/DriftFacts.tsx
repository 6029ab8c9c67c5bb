/** The evidence behind a drift: the call, the caller, and the state that holds the expected value. */
import type { Drift, StateReference } from "../../api/types";
import { utcTime } from "../../shared/time";
import { Facts } from "../../shared/ui/Facts";
import type { Fact } from "../../shared/ui/Facts";

export function DriftFacts({ drift }: { readonly drift: Drift }) {
  return <Facts facts={factsOf(drift)} />;
}

function factsOf(drift: Drift): readonly Fact[] {
  const { cause, user_identity: identity } = drift;
  const call = [cause.event_source, cause.event_name].filter((part) => part !== null).join(" ");
  return [
    ["API call", call === "" ? null : call],
    ["Event id", cause.event_id],
    ["Time (UTC)", utc(drift.timestamp)],
    ["Caller", identity.arn],
    ["Caller's type", identity.type],
    ["User agent", drift.user_agent],
    ["Origin judged by", drift.origin.evidence.join(", ") || null],
    [
      "Account and region",
      [drift.account_id, drift.region].filter((part) => part !== null).join(" ") || null,
    ],
    ["State", drift.state === null ? null : stateText(drift.state)],
    ["Fidelity", drift.fidelity],
    ["Resolved (UTC)", utc(drift.resolution?.at ?? null)],
    ["Drift id", drift.id],
  ];
}

function utc(at: string | null): string | null {
  const moment = at === null ? NaN : Date.parse(at);
  return Number.isNaN(moment) ? at : utcTime(moment);
}

function stateText({ bucket, key, serial }: StateReference): string {
  const place = bucket === null ? (key ?? "unknown") : `s3://${bucket}/${key ?? ""}`;
  return serial === null ? place : `${place}, serial ${serial}`;
}
