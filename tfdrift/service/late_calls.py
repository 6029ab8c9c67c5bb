"""Puts a call that arrives late in its place: what newer calls said is worked out again with it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tfdrift.domain.actor import caller_of
from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.domain.drift import DriftRecord, DriftStatus, TransitionName
from tfdrift.domain.finding import Finding
from tfdrift.domain.lifecycle import Transition, call_order
from tfdrift.domain.origin import is_own
from tfdrift.service.assess_call import AssessCall
from tfdrift.service.held_calls import WaitingCalls, as_terraform, only_matching
from tfdrift.service.memory import MemoryDriftRepository, MemoryEventLog
from tfdrift.service.track_drift import TrackDrift, call_cause, untold


@dataclass(frozen=True, slots=True)
class LateCalls:
    """Works with the calls that are remembered for the grace window.

    Many calls add to a value or take from it (a security group's rules), so the newest alone does not tell
    what AWS has. Where the remembered calls explain a drift as it is stored, it is worked out again with the
    late call among them; where the drift is older than what is remembered, it stays.
    """

    assess: AssessCall
    tracker: TrackDrift
    waiting: WaitingCalls

    def insert(
        self,
        record: CloudTrailRecord,
        findings: Sequence[Finding],
        drift_ids: Iterable[str],
        now: datetime,
    ) -> tuple[Transition, ...]:
        """Return the steps that the late call makes of drifts that newer calls have moved already.

        `findings` are all that it did; `drift_ids` are the drifts of those to look at.
        """
        wanted = sorted(set(drift_ids))
        related = self.waiting.related_to(record, findings)
        newer = [call for call in related if call_order(call) > call_order(record)]
        if not wanted or not newer:
            return ()
        known = [call for call in related if call.key != record.key]
        without = self._outcome(known)
        complete = self._outcome([*known, record])
        steps = (
            self._correct(drift, without.get(drift), complete.get(drift), record, now) for drift in wanted
        )
        return tuple(step for step in steps if step is not None)

    def _outcome(self, calls: Iterable[CloudTrailRecord]) -> dict[str, DriftRecord]:
        """Return the drifts that the calls alone, in their order, make of the states."""
        drifts = MemoryDriftRepository(MemoryEventLog())
        assess = replace(self.assess, drifts=drifts)
        tracker = TrackDrift(drifts, event_of=untold)
        for call in sorted(calls, key=call_order):
            assessment = assess.assess(call)
            if is_own(assessment.origin, call, self.assess.policy.terraform_principals):
                assessment = only_matching(as_terraform(assessment))
            tracker.track(call, assessment, call.event_time)
        return {drift.id: drift for drift in drifts.all()}

    def _correct(
        self,
        drift_id: str,
        without: DriftRecord | None,
        complete: DriftRecord | None,
        record: CloudTrailRecord,
        now: datetime,
    ) -> Transition | None:
        def decide(current: DriftRecord | None) -> Transition | None:
            if current is None or complete is None or not _is_same(current, without):
                return None
            if _is_same(current, complete):
                return None
            name = _name(current, complete)
            reason = f"{record.event_name}, which arrived late, was put in its place"
            by = record.identity.user_name or record.identity.arn
            return Transition(name, replace(complete, detected_at=now), by, reason, caller_of(record))

        return self.tracker.step(drift_id, f"{call_cause(record)}:late", record.event_time, decide)


def _is_same(one: DriftRecord, other: DriftRecord | None) -> bool:
    """Return whether two records are of the same place in a drift's life; taking note does not move it."""
    return other is not None and (_is_over(one), one.new_value, one.cause) == (
        _is_over(other),
        other.new_value,
        other.cause,
    )


def _is_over(drift: DriftRecord) -> bool:
    return drift.status is DriftStatus.RESOLVED


def _name(before: DriftRecord, after: DriftRecord) -> TransitionName:
    if after.status is DriftStatus.RESOLVED:
        return TransitionName.RESOLVED
    return TransitionName.UPDATED if before.status is DriftStatus.OPEN else TransitionName.REOPENED
