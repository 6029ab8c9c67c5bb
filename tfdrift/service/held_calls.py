"""Calls that wait: Terraform's own for the state that explains them, matching ones for late older calls."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.domain.drift import VALUE_UNKNOWN, ChangeType, StateReference
from tfdrift.domain.finding import Finding
from tfdrift.domain.hidden_parameters import record_without_secrets
from tfdrift.domain.lifecycle import Transition, call_order, resource_key
from tfdrift.service.assess_call import AssessCall, Assessment
from tfdrift.service.policy import Policy
from tfdrift.service.ports import HeldCall, HeldCalls
from tfdrift.service.touched import touched
from tfdrift.service.track_drift import TrackDrift


@dataclass(frozen=True, slots=True)
class Release:
    """What a pass over expired calls did: how many were let go, and the drifts it reported."""

    settled: int = 0
    transitions: tuple[Transition, ...] = ()


@dataclass(frozen=True, slots=True)
class WaitingCalls:
    """Holds calls and finds out what explains them.

    Without `keeps` none is held: calls then come in their order, and no state is to come (replay).
    """

    held: HeldCalls
    assess: AssessCall
    tracker: TrackDrift
    policy: Policy
    keeps: bool = True

    def hold(self, record: CloudTrailRecord, assessment: Assessment, now: datetime, *, matched: bool) -> bool:
        """Keep a call, without its secrets, for the grace window; False when it was kept before."""
        if not self.keeps:
            return False
        kept = record_without_secrets(record, assessment.secrets, self.policy.fingerprint)
        touches = touched(record, findings_of(assessment))
        return self.held.hold(HeldCall(kept, now, now + self.policy.grace, matched=matched, touches=touches))

    def newer_than(self, record: CloudTrailRecord, findings: Iterable[Finding]) -> list[CloudTrailRecord]:
        """Return the related waiting calls that were made after this one, oldest first."""
        return [call for call in self.related_to(record, findings) if call_order(call) > call_order(record)]

    def related_to(self, record: CloudTrailRecord, findings: Iterable[Finding]) -> list[CloudTrailRecord]:
        """Return the waiting calls to the same service that touch what the findings are of, oldest first."""
        waiting = self.held.touching(record.account_id, touched(record, findings))
        return [call.record for call in waiting if call.record.event_source == record.event_source]

    def still_differing(self, record: CloudTrailRecord, findings: Sequence[Finding]) -> tuple[Finding, ...]:
        """Return the findings without those that a newer waiting call set back to Terraform's value."""
        if not any(finding.differs for finding in findings):
            return tuple(findings)
        over = {name for later in self.newer_than(record, findings) for name in self._matches(later)}
        return tuple(
            finding for finding in findings if not finding.differs or _drift_id(finding, record) not in over
        )

    def settle_by_state(
        self, accounts: Sequence[str], state: StateReference, now: datetime
    ) -> tuple[int, tuple[Transition, ...]]:
        """Let go of the calls that a new version of a state explains.

        Returns how many, and the drifts that those calls ended. Calls that it does not explain wait on.
        """
        settled = 0
        transitions: list[Transition] = []
        for account in accounts:
            for call in (call for call in self.held.held(account) if not call.matched):
                assessment = as_terraform(self.assess.assess(call.record))
                differing = self.still_differing(call.record, assessment.findings)
                if any(finding.differs and not _seen_by(finding, state) for finding in differing):
                    continue
                transitions += self.tracker.track(call.record, only_matching(assessment), now)
                settled += self.held.settle(account, call.record.event_id)
        return settled, tuple(transitions)

    def release(self, now: datetime) -> Release:
        """Report the calls whose grace window passed unexplained, and let go of all that expired."""
        settled = 0
        transitions: list[Transition] = []
        for call in self.held.expired(now):
            if not call.matched:
                assessment = as_terraform(self.assess.assess(call.record))
                findings = self.still_differing(call.record, assessment.findings)
                transitions += self.tracker.track(
                    call.record,
                    replace(assessment, findings=findings, report_reason=self._unexplained()),
                    now,
                )
            settled += self.held.settle(call.record.account_id, call.record.event_id)
        return Release(settled, tuple(transitions))

    def _unexplained(self) -> str:
        minutes = self.policy.grace.total_seconds() / 60
        return f"Terraform applied this, and no state with it arrived within {minutes:g} minutes"

    def _matches(self, record: CloudTrailRecord) -> set[str]:
        findings = as_terraform(self.assess.assess(record)).findings
        return {_drift_id(finding, record) for finding in findings if not finding.differs}


@dataclass(frozen=True, slots=True)
class ReleaseHeldCalls:
    """The scheduled pass: what waited in vain becomes a drift ("applied, state not written")."""

    waiting: WaitingCalls

    def run(self, now: datetime) -> Release:
        """Release every call whose grace window has passed at `now`; running it twice does no harm."""
        return self.waiting.release(now)


def as_terraform(assessment: Assessment) -> Assessment:
    """Return how a call of Terraform's own is seen: removing what no state holds is no difference."""
    return replace(assessment, findings=tuple(_destroyed(finding) for finding in assessment.findings))


def _destroyed(finding: Finding) -> Finding:
    if not finding.managed and finding.change_type is ChangeType.DELETED:
        return replace(finding, differs=False)
    return finding


def only_matching(assessment: Assessment) -> Assessment:
    """Return the assessment with only the findings that set Terraform's value."""
    return replace(assessment, findings=tuple(f for f in assessment.findings if not f.differs))


def _seen_by(finding: Finding, state: StateReference) -> bool:
    """Return whether a change of unknown value lies in a resource that the new version describes."""
    resource = finding.resource
    return (
        finding.fidelity in VALUE_UNKNOWN
        and resource is not None
        and (resource.state.bucket, resource.state.key) == (state.bucket, state.key)
    )


def findings_of(assessment: Assessment) -> tuple[Finding, ...]:
    """Return all that a call did, what rules hide included."""
    return (*assessment.findings, *(entry.finding for entry in assessment.ignored))


def _drift_id(finding: Finding, record: CloudTrailRecord) -> str:
    return resource_key(finding, record).drift_id(finding.attribute)
