"""Takes in one CloudTrail record: the drifts it opens, changes or ends, or why it does none of that."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.domain.finding import DetectionOutcome
from tfdrift.domain.hidden_change import HiddenChange
from tfdrift.domain.lifecycle import Transition, resource_key
from tfdrift.domain.origin import is_own
from tfdrift.service.assess_call import AssessCall, Assessment
from tfdrift.service.held_calls import WaitingCalls, as_terraform, findings_of, only_matching
from tfdrift.service.hidden_changes import hidden_changes
from tfdrift.service.late_calls import LateCalls
from tfdrift.service.ports import HiddenLog
from tfdrift.service.track_drift import TrackDrift, call_cause


class IngestOutcome(StrEnum):
    """What became of a record; each record has one (decision 8)."""

    FINDINGS = "findings"
    IGNORED = "ignored"
    TERRAFORM = "terraform"
    READ_ONLY = "read_only"
    FAILED = "failed"
    NOT_A_CHANGE = "not_a_change"
    UNMAPPED = "unmapped"
    NO_MANAGED_RESOURCE = "no_managed_resource"


@dataclass(frozen=True, slots=True)
class IngestResult:
    """What a record did.

    Attributes
    ----------
    outcome
        The record's class. `findings`: it changed what a state holds or created what none holds;
        `terraform`: a call of Terraform's own; `ignored`: all it changed is hidden by rules.
    transitions
        The steps of drifts that were new; empty for a second delivery.
    hidden
        What rules hid.
    held
        Whether the call now waits for a state.
    """

    outcome: IngestOutcome
    transitions: tuple[Transition, ...] = ()
    hidden: tuple[HiddenChange, ...] = ()
    held: bool = False

    @property
    def ignored(self) -> int:
        """How many findings rules hid."""
        return len(self.hidden)


@dataclass(frozen=True, slots=True)
class IngestCloudTrail:
    """Takes in CloudTrail records, in any order and as often as they are delivered.

    Terraform's own calls are never reported here: what they set back ends open drifts, what differs from the
    state waits for its next version (decision 4).
    """

    assess: AssessCall
    tracker: TrackDrift
    waiting: WaitingCalls
    hidden: HiddenLog
    now: Callable[[], datetime]

    def ingest(self, record: CloudTrailRecord) -> IngestResult:
        """Take in one record.

        Raises `ConcurrentUpdate` when other writers were faster again and again; delivering the record again
        is then right.
        """
        assessment = self.assess.assess(record)
        if assessment.outcome in _SILENT:
            return IngestResult(_SILENT[assessment.outcome])
        if is_own(assessment.origin, record, self.waiting.policy.terraform_principals):
            return self._ingest_own(record, as_terraform(assessment))
        if not assessment.findings and not assessment.ignored:
            return IngestResult(IngestOutcome(assessment.outcome.value))
        return self._ingest_foreign(record, assessment)

    def _ingest_foreign(self, record: CloudTrailRecord, assessment: Assessment) -> IngestResult:
        transitions, _ = self._take(record, assessment, waits=False)
        outcome = IngestOutcome.FINDINGS if assessment.findings else IngestOutcome.IGNORED
        return IngestResult(outcome, transitions, self._hidden(record, assessment))

    def _ingest_own(self, record: CloudTrailRecord, assessment: Assessment) -> IngestResult:
        matching = only_matching(assessment)
        waits = len(matching.findings) < len(assessment.findings)
        transitions, held = self._take(record, matching, waits=waits)
        return IngestResult(
            IngestOutcome.TERRAFORM, transitions, self._hidden(record, assessment), held=held and waits
        )

    def _hidden(self, record: CloudTrailRecord, assessment: Assessment) -> tuple[HiddenChange, ...]:
        if not assessment.ignored:
            return ()
        found = tuple(hidden_changes(record, assessment, self.now()))
        for change in found:
            self.hidden.keep(change)
        return found

    def _take(
        self, record: CloudTrailRecord, assessment: Assessment, *, waits: bool
    ) -> tuple[tuple[Transition, ...], bool]:
        """Apply a call, remember it, and see to it that the order of arrival makes no difference.

        Returns the steps made, and whether the call was not remembered before.
        """
        now = self.now()
        transitions = list(self.tracker.track(record, assessment, now))
        if not assessment.findings and not waits:
            return tuple(transitions), False
        is_new = self.waiting.hold(record, assessment, now, matched=not waits)
        findings = findings_of(assessment)
        newer = self.waiting.newer_than(record, findings) if transitions or is_new else []
        if newer and transitions:
            transitions += self._take_again(newer, record, now)
        if newer and is_new:
            moved = {transition.drift.id for transition in transitions}
            touched = {resource_key(f, record).drift_id(f.attribute) for f in assessment.findings}
            transitions += LateCalls(self.assess, self.tracker, self.waiting).insert(
                record, findings, touched - moved, now
            )
        return tuple(transitions), is_new

    def _take_again(
        self, newer: Sequence[CloudTrailRecord], record: CloudTrailRecord, now: datetime
    ) -> list[Transition]:
        """Apply the newer calls once more, which found another drift or none before this one arrived."""
        steps: list[Transition] = []
        for later in newer:
            assessment = self.assess.assess(later)
            if is_own(assessment.origin, later, self.waiting.policy.terraform_principals):
                assessment = only_matching(as_terraform(assessment))
            cause = f"{call_cause(later)}:after:{record.event_id}"
            steps += self.tracker.track(later, assessment, now, cause=cause)
        return steps


_SILENT = {
    DetectionOutcome.FAILED: IngestOutcome.FAILED,
    DetectionOutcome.READ_ONLY: IngestOutcome.READ_ONLY,
    DetectionOutcome.NOT_A_CHANGE: IngestOutcome.NOT_A_CHANGE,
}
