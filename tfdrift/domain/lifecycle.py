"""The life of a drift: what a call, or a new version of a state, makes of what is known already."""

from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from tfdrift.domain.actor import Actor, caller_of
from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.domain.drift import (
    TERRAFORM_ORIGINS,
    VALUE_UNKNOWN,
    Acknowledgement,
    Cause,
    ChangeType,
    DriftRecord,
    DriftStatus,
    HistoryEntry,
    Holder,
    Origin,
    Resolution,
    ResolutionHow,
    StateReference,
    TransitionName,
    drift_id,
    resource_hash,
)
from tfdrift.domain.finding import Finding
from tfdrift.domain.json_value import JsonValue
from tfdrift.domain.managed_resource import ManagedResource

_LONGEST_HISTORY = 100


class Transition(NamedTuple):
    """A step of a drift's life and the record after it, by whom it was made and why.

    `by` is the name that people read; `actor` is who that was, where it is known.
    """

    name: TransitionName
    drift: DriftRecord
    by: str | None = None
    reason: str | None = None
    actor: Actor | None = None


class ResourceKey(NamedTuple):
    """What names a resource in the ids of its drifts."""

    account_id: str
    region: str
    resource_type: str
    resource_id: str

    @property
    def hash(self) -> str:
        """The hash that all drifts of the resource share."""
        return resource_hash(self.account_id, self.region, self.resource_type, self.resource_id)

    def drift_id(self, attribute: str | None) -> str:
        """Return the id of the drift of one attribute."""
        return drift_id(self.account_id, self.region, self.resource_type, self.resource_id, attribute)


def resource_key(finding: Finding, record: CloudTrailRecord) -> ResourceKey:
    """Return the key of a finding's resource; what the state does not tell is taken from the call."""
    account, region = record.account_id, record.region
    if finding.resource is not None:
        account = finding.resource.account_id or account
        region = finding.resource.region or region
    return ResourceKey(account, region, finding.resource_type, finding.resource_id)


def call_order(record: CloudTrailRecord) -> tuple[datetime, str]:
    """Return the place of a call among others; an addendum has the place of the record that it completes."""
    return (record.event_time, call_id(record))


def call_id(record: CloudTrailRecord) -> str:
    """Return the eventID of the call, which for an addendum is the completed record's."""
    return record.original_event_id or record.event_id


def advance(
    current: DriftRecord | None,
    finding: Finding,
    record: CloudTrailRecord,
    origin: Origin,
    detected_at: datetime,
    report_reason: str | None = None,
) -> Transition | None:
    """Return the step that a finding makes of the drift known so far, or None where it changes nothing.

    A call that is older than the last one considered, or is that one, changes nothing (decision 2): so a
    second delivery and a late one do no harm. An acknowledged drift stays so while the value stays.

    Parameters
    ----------
    current
        The stored record of the finding's drift, None if there never was one.
    finding
        What the call set.
    record, origin
        The call and by what means it was made.
    detected_at
        The moment of this consideration.
    report_reason
        Why a call is reported that calls itself Terraform's.
    """
    if current is not None and not _is_news(current, record):
        return None
    if _ends(current, finding):
        return _resolved_by_call(current, record, origin)
    if not finding.differs:
        return None
    fresh = drift_of(finding, record, origin, detected_at, report_reason)
    if current is None:
        return _by_call(TransitionName.OPENED, fresh, record)
    if current.status is DriftStatus.RESOLVED:
        return _by_call(TransitionName.REOPENED, fresh, record)
    if _is_unchanged(current, fresh):
        return None
    if current.status is DriftStatus.ACKNOWLEDGED:
        return _by_call(TransitionName.REOPENED, fresh, record)
    return _by_call(TransitionName.UPDATED, fresh, record)


def drift_of(
    finding: Finding,
    record: CloudTrailRecord,
    origin: Origin,
    detected_at: datetime,
    report_reason: str | None = None,
) -> DriftRecord:
    """Return the open drift that a finding makes where nothing is known of it yet."""
    key = resource_key(finding, record)
    resource = finding.resource
    return DriftRecord(
        id=key.drift_id(finding.attribute),
        status=DriftStatus.OPEN,
        change_type=finding.change_type,
        severity=finding.severity,
        provider="aws" if resource is None else resource.provider,
        account_id=key.account_id,
        region=key.region,
        resource_type=key.resource_type,
        resource_id=key.resource_id,
        resource_address=finding.address,
        managed=finding.managed,
        attribute=finding.attribute,
        old_value=finding.expected,
        new_value=finding.actual,
        user_identity=record.identity,
        origin=origin,
        source_ip=record.source_ip,
        user_agent=record.user_agent,
        timestamp=record.event_time,
        detected_at=detected_at,
        cause=Cause(call_id(record), record.event_source, record.event_name, record.request_id),
        state=None if resource is None else resource.state,
        fidelity=finding.fidelity,
        severity_reason=finding.severity_reason,
        also_managed_by=tuple(Holder(other.address, other.state) for other in finding.also),
        report_reason=report_reason,
    )


def acknowledge(current: DriftRecord, taken: Acknowledgement) -> Transition | None:
    """Return the step by which a person takes note of a drift, or says more of it.

    None for a drift that is over, and where the same was said before.
    """
    if current.status is DriftStatus.RESOLVED or _says_the_same(current.acknowledgement, taken):
        return None
    noted = replace(current, status=DriftStatus.ACKNOWLEDGED, acknowledgement=taken)
    return Transition(TransitionName.ACKNOWLEDGED, noted, taken.by, taken.note, Actor(taken.by))


def unacknowledge(current: DriftRecord, by: str, note: str | None = None) -> Transition | None:
    """Return the step by which a person takes an acknowledgement back; None where there is none."""
    if current.status is not DriftStatus.ACKNOWLEDGED:
        return None
    reason = "the acknowledgement was taken back"
    return _open_again(current, by, f"{reason}: {note}" if note else reason)


def expire_acknowledgement(current: DriftRecord, now: datetime) -> Transition | None:
    """Return the step by which an acknowledgement ends whose time has passed; None where it holds."""
    taken = current.acknowledgement
    if current.status is not DriftStatus.ACKNOWLEDGED or taken is None or taken.until is None:
        return None
    if taken.until > now:
        return None
    return _open_again(current, None, "the acknowledgement's time has passed")


def resolve(current: DriftRecord, resolution: Resolution) -> Transition | None:
    """Return the step that ends a drift; None where it has ended already."""
    if current.status is DriftStatus.RESOLVED:
        return None
    ended = replace(current, status=DriftStatus.RESOLVED, resolution=resolution)
    return Transition(TransitionName.RESOLVED, ended, resolution.by, resolution.how.value)


def expect(current: DriftRecord, expected: JsonValue, state: StateReference) -> Transition | None:
    """Return the step by which a new state changes what Terraform expects; None if it expects the same."""
    if current.status is DriftStatus.RESOLVED or current.old_value == expected:
        return None
    reason = f"version {state.serial} of the state expects another value"
    return Transition(TransitionName.UPDATED, replace(current, old_value=expected, state=state), None, reason)


def take_over(current: DriftRecord, resource: ManagedResource, expected: JsonValue) -> Transition | None:
    """Return the step by which a state takes over what changed, with another value; None if it is over."""
    if current.status is DriftStatus.RESOLVED:
        return None
    managed = replace(
        current,
        managed=True,
        provider=resource.provider,
        resource_address=resource.address,
        old_value=expected,
        state=resource.state,
    )
    reason = f"version {resource.state.serial} of the state manages the resource, with another value"
    return Transition(TransitionName.UPDATED, managed, None, reason)


def with_history(
    current: DriftRecord | None, transition: Transition, event_id: str, at: datetime
) -> Transition:
    """Return the step with itself added to its record's history, of which the last 100 steps are kept."""
    before = () if current is None else current.history
    entry = HistoryEntry(
        transition.name, transition.drift.status, at, transition.by, transition.reason, event_id
    )
    history = (*before, entry)[-_LONGEST_HISTORY:]
    return transition._replace(drift=replace(transition.drift, history=history))


def last_order(current: DriftRecord) -> tuple[datetime, str]:
    """Return the place of the last call that was considered for a drift.

    A state is no call: calls are delivered minutes late, and one made before the state may arrive after it.
    """
    if current.resolution is not None and current.resolution.event_id is not None:
        return (current.resolution.at, current.resolution.event_id)
    return (current.timestamp, current.cause.event_id)


def _by_call(name: TransitionName, drift: DriftRecord, record: CloudTrailRecord) -> Transition:
    by = record.identity.user_name or record.identity.arn
    reason = drift.report_reason or f"{record.event_source} {record.event_name}"
    return Transition(name, drift, by, reason, caller_of(record, drift.origin.kind))


def _says_the_same(before: Acknowledgement | None, taken: Acknowledgement) -> bool:
    return before is not None and (before.by, before.note, before.until) == (
        taken.by,
        taken.note,
        taken.until,
    )


def _open_again(current: DriftRecord, by: str | None, reason: str) -> Transition:
    opened = replace(current, status=DriftStatus.OPEN, acknowledgement=None)
    return Transition(TransitionName.REOPENED, opened, by, reason, None if by is None else Actor(by))


def _is_news(current: DriftRecord, record: CloudTrailRecord) -> bool:
    order, last = call_order(record), last_order(current)
    completes = record.original_event_id is not None and current.resolution is None
    return order > last or (order == last and completes)


def _ends(current: DriftRecord | None, finding: Finding) -> bool:
    if current is None or current.status is DriftStatus.RESOLVED:
        return False
    if not finding.differs:
        return True
    removed_again = finding.change_type is ChangeType.DELETED and current.change_type is ChangeType.CREATED
    return not current.managed and not finding.managed and removed_again


def _resolved_by_call(
    current: DriftRecord | None, record: CloudTrailRecord, origin: Origin
) -> Transition | None:
    if current is None:
        return None
    how = ResolutionHow.APPLIED if origin.kind in TERRAFORM_ORIGINS else ResolutionHow.REVERTED
    by = record.identity.user_name or record.identity.arn
    ended = resolve(current, Resolution(how, by, record.event_time, call_id(record)))
    return None if ended is None else ended._replace(actor=caller_of(record, origin.kind))


def _is_unchanged(current: DriftRecord, fresh: DriftRecord) -> bool:
    if current.fidelity in VALUE_UNKNOWN or fresh.fidelity in VALUE_UNKNOWN:
        return False
    return (current.new_value, current.old_value, current.change_type, current.fidelity) == (
        fresh.new_value,
        fresh.old_value,
        fresh.change_type,
        fresh.fidelity,
    )
