"""Counts what a replay read and found, so that every record is accounted for."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.domain.drift import DriftRecord, DriftStatus
from tfdrift.domain.terraform_state import TerraformState
from tfdrift.service.ingest_cloudtrail import IngestOutcome, IngestResult
from tfdrift.service.replay_evidence import Evidence, Problem

_API_CALL = frozenset({"", "AwsApiCall"})
_WITHOUT_EFFECT = frozenset(
    {IngestOutcome.NOT_A_CHANGE, IngestOutcome.UNMAPPED, IngestOutcome.NO_MANAGED_RESOURCE}
)


@dataclass(frozen=True, slots=True)
class ReplaySummary:
    """The counts of a replay.

    `records_read` is the sum of `duplicates`, `failed`, `read_only`, `not_api_calls`, `not_a_change`,
    `terraform`, `unmapped`, `no_managed_resource`, `ignored_records` and `finding_records`: each record is in
    one class. Beside them stand: `skipped_messages`, sound messages that hold no record; `problems`, what
    could not be read; `ignored_findings`, what rules hid; and the drifts by status, of which `unmanaged` are
    of resources that no state holds.
    """

    states_read: int
    resources: int
    records_read: int
    records_from_alerts: int
    duplicates: int
    failed: int
    read_only: int
    not_api_calls: int
    not_a_change: int
    terraform: int
    unmapped: int
    no_managed_resource: int
    ignored_records: int
    finding_records: int
    ignored_findings: int
    skipped_messages: int
    alerts_read: int
    duplicate_alerts: int
    problems: int
    drifts_open: int
    drifts_resolved: int
    unmanaged: int
    unmapped_events: tuple[tuple[str, int], ...] = ()

    @property
    def drifts(self) -> int:
        """How many drifts were found, open and resolved."""
        return self.drifts_open + self.drifts_resolved


def summarise(
    states: Sequence[TerraformState],
    evidence: Evidence,
    results: Sequence[tuple[CloudTrailRecord, IngestResult]],
    drifts: Sequence[DriftRecord],
    problems: Sequence[Problem],
) -> ReplaySummary:
    """Return the counts of a replay."""
    classes = Counter(_class_of(record, result) for record, result in results)
    is_resolved = sum(drift.status is DriftStatus.RESOLVED for drift in drifts)
    return ReplaySummary(
        states_read=len(states),
        resources=sum(len(state.resources) for state in states),
        records_read=evidence.records_read,
        records_from_alerts=evidence.records_from_alerts,
        duplicates=evidence.duplicates,
        failed=evidence.failed + classes[IngestOutcome.FAILED],
        read_only=evidence.read_only + classes[IngestOutcome.READ_ONLY],
        not_api_calls=classes[_NOT_API_CALL],
        not_a_change=classes[IngestOutcome.NOT_A_CHANGE],
        terraform=classes[IngestOutcome.TERRAFORM],
        unmapped=classes[IngestOutcome.UNMAPPED],
        no_managed_resource=classes[IngestOutcome.NO_MANAGED_RESOURCE],
        ignored_records=classes[IngestOutcome.IGNORED],
        finding_records=classes[IngestOutcome.FINDINGS],
        ignored_findings=sum(result.ignored for _, result in results),
        skipped_messages=evidence.skipped.total(),
        alerts_read=evidence.alerts_read,
        duplicate_alerts=evidence.duplicate_alerts,
        problems=len(problems),
        drifts_open=len(drifts) - is_resolved,
        drifts_resolved=is_resolved,
        unmanaged=sum(not drift.managed for drift in drifts),
        unmapped_events=_unmapped_events(results),
    )


_NOT_API_CALL = "not_api_call"


def _class_of(record: CloudTrailRecord, result: IngestResult) -> str:
    if record.event_type not in _API_CALL and result.outcome in _WITHOUT_EFFECT:
        return _NOT_API_CALL
    return result.outcome


def _unmapped_events(
    results: Iterable[tuple[CloudTrailRecord, IngestResult]],
) -> tuple[tuple[str, int], ...]:
    names = Counter(
        f"{record.event_source} {record.event_name}"
        for record, result in results
        if _class_of(record, result) == IngestOutcome.UNMAPPED
    )
    return tuple(sorted(names.items(), key=lambda entry: (-entry[1], entry[0])))
