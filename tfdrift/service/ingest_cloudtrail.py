"""Takes in one CloudTrail record: the drifts it opens, changes or ends, or why it does none of that."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.domain.finding import DetectionOutcome, Finding
from tfdrift.domain.lifecycle import Transition, resource_key
from tfdrift.domain.origin import is_terraform
from tfdrift.service.assess_call import AssessCall, Assessment
from tfdrift.service.held_calls import WaitingCalls, as_terraform, only_matching
from tfdrift.service.track_drift import TrackDrift


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
    ignored
        How many findings rules hid.
    held
        Whether the call now waits for a state.
    """

    outcome: IngestOutcome
    transitions: tuple[Transition, ...] = ()
    ignored: int = 0
    held: bool = False


@dataclass(frozen=True, slots=True)
class IngestCloudTrail:
    """Takes in CloudTrail records, in any order and as often as they are delivered.

    Terraform's own calls are never reported here: what they set back ends open drifts, what differs from the
    state waits for its next version (decision 4).
    """

    assess: AssessCall
    tracker: TrackDrift
    waiting: WaitingCalls
    now: Callable[[], datetime]

    def ingest(self, record: CloudTrailRecord) -> IngestResult:
        """Take in one record.

        Raises `ConcurrentUpdate` when other writers were faster again and again; delivering the record again
        is then right.
        """
        assessment = self.assess.assess(record)
        if assessment.outcome in _SILENT:
            return IngestResult(_SILENT[assessment.outcome])
        if is_terraform(record, self.waiting.policy.terraform_principals):
            return self._ingest_own(record, as_terraform(assessment))
        if not assessment.findings and not assessment.ignored:
            return IngestResult(IngestOutcome(assessment.outcome.value))
        return self._ingest_foreign(record, assessment)

    def _ingest_foreign(self, record: CloudTrailRecord, assessment: Assessment) -> IngestResult:
        now = self.now()
        transitions = self._track(record, assessment, now)
        if self._may_be_overtaken(record, assessment.findings, transitions):
            self.waiting.hold(record, now, matched=True)
        outcome = IngestOutcome.FINDINGS if assessment.findings else IngestOutcome.IGNORED
        return IngestResult(outcome, transitions, len(assessment.ignored))

    def _ingest_own(self, record: CloudTrailRecord, assessment: Assessment) -> IngestResult:
        now = self.now()
        matching = only_matching(assessment)
        transitions = self._track(record, matching, now)
        differs = len(matching.findings) < len(assessment.findings)
        held = False
        if differs or self._may_be_overtaken(record, matching.findings, transitions):
            held = self.waiting.hold(record, now, matched=not differs)
        return IngestResult(
            IngestOutcome.TERRAFORM, transitions, len(assessment.ignored), held=held and differs
        )

    def _track(
        self, record: CloudTrailRecord, assessment: Assessment, now: datetime
    ) -> tuple[Transition, ...]:
        """Apply a call and, where it moved a drift, the newer calls that arrived before it once more."""
        transitions = list(self.tracker.track(record, assessment, now))
        if not transitions:
            return ()
        for later in self.waiting.newer_than(record):
            again = self.assess.assess(later)
            if is_terraform(later, self.waiting.policy.terraform_principals):
                again = only_matching(as_terraform(again))
            transitions += self.tracker.track(later, again, now)
        return tuple(transitions)

    def _may_be_overtaken(
        self, record: CloudTrailRecord, findings: Iterable[Finding], transitions: Iterable[Transition]
    ) -> bool:
        """Return whether an older call that arrives later could hide what this call set.

        So it is where the call moved nothing, because the value was there already, and no record tells of it.
        """
        moved = {transition.drift.id for transition in transitions}
        still = (resource_key(finding, record).drift_id(finding.attribute) for finding in findings)
        return any(drift not in moved and not self.tracker.tells_of(drift, record) for drift in still)


_SILENT = {
    DetectionOutcome.FAILED: IngestOutcome.FAILED,
    DetectionOutcome.READ_ONLY: IngestOutcome.READ_ONLY,
    DetectionOutcome.NOT_A_CHANGE: IngestOutcome.NOT_A_CHANGE,
}
