"""Takes findings into the drifts' lives: reads the record, decides the step, stores it with its event."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.domain.drift import VALUE_UNKNOWN, DriftRecord, Resolution, ResolutionHow
from tfdrift.domain.drift_json import drift_to_json
from tfdrift.domain.feed_event import EventType, FeedEvent
from tfdrift.domain.finding import Finding
from tfdrift.domain.lifecycle import Transition, advance, call_id, resolve, resource_key, with_history
from tfdrift.service.assess_call import Assessment
from tfdrift.service.ports import ConcurrentUpdate, DriftRepository, VersionedDrift

_ATTEMPTS = 8

Decide = Callable[[DriftRecord | None], Transition | None]
EventOf = Callable[[Transition, str, datetime], FeedEvent]


def drift_event(transition: Transition, event_id: str, happened_at: datetime) -> FeedEvent:
    """Return the event that tells of a step."""
    drift = transition.drift
    return FeedEvent(
        event_id=event_id,
        type=EventType.DRIFT,
        timestamp=happened_at,
        payload={**drift_to_json(drift), "transition": transition.name.value},
        severity=drift.severity.value,
        resource_type=drift.resource_type,
        account_id=drift.account_id,
        region=drift.region,
        resource_id=drift.resource_id,
        actor=transition.actor,
    )


def untold(_transition: Transition, event_id: str, happened_at: datetime) -> FeedEvent:
    """Return the event of a step where nobody listens: it says by its id alone that the step was made."""
    return FeedEvent(event_id, EventType.DRIFT, happened_at, payload={})


@dataclass(frozen=True, slots=True)
class TrackDrift:
    """Applies what calls and states say to the stored drifts, each step once.

    `event_of` makes the events that tell of the steps: `drift_event`, or `untold` in a replay.
    """

    drifts: DriftRepository
    event_of: EventOf = drift_event

    def track(
        self,
        record: CloudTrailRecord,
        assessment: Assessment,
        detected_at: datetime,
        *,
        cause: str | None = None,
    ) -> tuple[Transition, ...]:
        """Apply an assessed call and return the steps that were new.

        `cause` names why it is applied, where that is not the call's own delivery (see `step`).
        """
        why = cause or call_cause(record)
        done = [self._apply(finding, record, assessment, detected_at, why) for finding in assessment.findings]
        done += [
            self._end_ignored(entry.finding, record) for entry in assessment.ignored if entry.finding.differs
        ]
        return tuple(step for step in done if step is not None)

    def step(self, drift_id: str, cause: str, happened_at: datetime, decide: Decide) -> Transition | None:
        """Store the step that `decide` makes of a drift's record, with its event.

        Returns None where there is no step to make or it was made before. `cause` names what made it: the
        same cause makes a step once. Raises `ConcurrentUpdate` when others were faster again and again.
        """
        for _ in range(_ATTEMPTS):
            stored = self.drifts.get(drift_id)
            transition = decide(None if stored is None else stored.record)
            if transition is None:
                return None
            current = None if stored is None else stored.record
            event_id = drift_event_id(drift_id, cause)
            transition = with_history(current, transition, event_id, happened_at)
            event = self.event_of(transition, event_id, happened_at)
            try:
                version = 0 if stored is None else stored.version
                is_new = self.drifts.record(transition.drift, event, expected_version=version)
            except ConcurrentUpdate:
                continue
            return transition if is_new else None
        raise ConcurrentUpdate(f"drift {drift_id} is being changed by others")

    def _apply(
        self,
        finding: Finding,
        record: CloudTrailRecord,
        assessment: Assessment,
        detected_at: datetime,
        cause: str,
    ) -> Transition | None:
        key = resource_key(finding, record)
        drift_id = key.drift_id(finding.attribute)
        siblings = [entry for entry in self.drifts.of_resource(key.hash) if entry.record.id != drift_id]
        if finding.fidelity in VALUE_UNKNOWN and _tells_of(record, siblings):
            # Falco's alert of a call may lack the parameters that CloudTrail's record of it has.
            return None
        step = self.step(
            drift_id,
            cause,
            record.event_time,
            lambda current: advance(
                current, finding, record, assessment.origin, detected_at, assessment.report_reason
            ),
        )
        if finding.fidelity not in VALUE_UNKNOWN:
            self._end_vaguer(record, siblings)
        return step

    def _end_vaguer(self, record: CloudTrailRecord, siblings: Iterable[VersionedDrift]) -> None:
        """End the drift that a less exact account of the same call opened."""
        for drift in [entry.record for entry in siblings if entry.record.fidelity in VALUE_UNKNOWN]:
            if drift.cause.event_id == call_id(record):
                ending = Resolution(ResolutionHow.IGNORED, None, record.event_time, call_id(record))
                cause = f"{call_cause(record)}:exact"
                self.step(drift.id, cause, record.event_time, _resolving(ending))

    def _end_ignored(self, finding: Finding, record: CloudTrailRecord) -> Transition | None:
        """End a drift that is open from before a rule hid it."""
        drift_id = resource_key(finding, record).drift_id(finding.attribute)
        ending = Resolution(ResolutionHow.IGNORED, None, record.event_time, call_id(record))
        return self.step(drift_id, f"{call_cause(record)}:ignored", record.event_time, _resolving(ending))


def call_cause(record: CloudTrailRecord) -> str:
    """Return what names a call in events' ids: the account that received it and its eventID."""
    return f"{record.account_id}:{record.event_id}"


def drift_event_id(drift_id: str, cause: str) -> str:
    """Return the id of the event that tells of a step: the same step of the same cause has the same."""
    return f"drift:{drift_id}:{cause}"


def _resolving(ending: Resolution) -> Decide:
    return lambda current: None if current is None else resolve(current, ending)


def _tells_of(record: CloudTrailRecord, siblings: Iterable[VersionedDrift]) -> bool:
    exact = (entry.record for entry in siblings if entry.record.fidelity not in VALUE_UNKNOWN)
    return any(call_id(record) in _calls_of(drift) for drift in exact)


def _calls_of(drift: DriftRecord) -> set[str | None]:
    return {drift.cause.event_id, drift.resolution.event_id if drift.resolution else None}
