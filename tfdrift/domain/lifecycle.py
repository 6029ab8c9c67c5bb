"""The life of a drift: what a call, or a new version of a state, makes of what is known already."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.domain.drift import (
    Cause,
    ChangeType,
    DriftRecord,
    DriftStatus,
    Fidelity,
    Origin,
    OriginKind,
    Resolution,
    ResolutionHow,
    StateReference,
    drift_id,
    resource_hash,
)
from tfdrift.domain.finding import Finding
from tfdrift.domain.json_value import JsonValue

_TERRAFORM = frozenset({OriginKind.TERRAFORM, OriginKind.OPENTOFU})
_VALUE_UNKNOWN = frozenset({Fidelity.EVENT_ONLY, Fidelity.OMITTED})


class TransitionName(StrEnum):
    """What happened to a drift, as the stream's `transition` field says it."""

    OPENED = "opened"
    UPDATED = "updated"
    REOPENED = "reopened"
    RESOLVED = "resolved"
    ACKNOWLEDGED = "acknowledged"


@dataclass(frozen=True, slots=True)
class Transition:
    """A step of a drift's life and the record after it."""

    name: TransitionName
    drift: DriftRecord


@dataclass(frozen=True, slots=True)
class ResourceKey:
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
    """
    if current is not None and not _is_news(current, record):
        return None
    if _ends(current, finding):
        return _resolved_by_call(current, record, origin)
    if not finding.differs:
        return None
    fresh = _drift(finding, record, origin, detected_at)
    if current is None:
        return Transition(TransitionName.OPENED, fresh)
    if current.status is DriftStatus.RESOLVED:
        return Transition(TransitionName.REOPENED, fresh)
    if _is_unchanged(current, fresh):
        return None
    if current.status is DriftStatus.ACKNOWLEDGED:
        return Transition(TransitionName.REOPENED, fresh)
    return Transition(TransitionName.UPDATED, fresh)


def acknowledge(current: DriftRecord) -> Transition | None:
    """Return the step by which a person takes note of an open drift; None where it is not open."""
    if current.status is not DriftStatus.OPEN:
        return None
    return Transition(TransitionName.ACKNOWLEDGED, replace(current, status=DriftStatus.ACKNOWLEDGED))


def resolve(current: DriftRecord, resolution: Resolution) -> Transition | None:
    """Return the step that ends a drift; None where it has ended already."""
    if current.status is DriftStatus.RESOLVED:
        return None
    ended = replace(current, status=DriftStatus.RESOLVED, resolution=resolution)
    return Transition(TransitionName.RESOLVED, ended)


def expect(current: DriftRecord, expected: JsonValue, state: StateReference) -> Transition | None:
    """Return the step by which a new state changes what Terraform expects; None if it expects the same."""
    if current.status is DriftStatus.RESOLVED or current.old_value == expected:
        return None
    return Transition(TransitionName.UPDATED, replace(current, old_value=expected, state=state))


def last_order(current: DriftRecord) -> tuple[datetime, str]:
    """Return the place of the last call that was considered for a drift.

    A state is no call: calls are delivered minutes late, and one made before the state may arrive after it.
    """
    if current.resolution is not None and current.resolution.event_id is not None:
        return (current.resolution.at, current.resolution.event_id)
    return (current.timestamp, current.cause.event_id)


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
    how = ResolutionHow.APPLIED if origin.kind in _TERRAFORM else ResolutionHow.REVERTED
    by = record.identity.user_name or record.identity.arn
    return resolve(current, Resolution(how, by, record.event_time, call_id(record)))


def _is_unchanged(current: DriftRecord, fresh: DriftRecord) -> bool:
    if current.fidelity in _VALUE_UNKNOWN or fresh.fidelity in _VALUE_UNKNOWN:
        return False
    return (current.new_value, current.old_value, current.change_type, current.fidelity) == (
        fresh.new_value,
        fresh.old_value,
        fresh.change_type,
        fresh.fidelity,
    )


def _drift(finding: Finding, record: CloudTrailRecord, origin: Origin, detected_at: datetime) -> DriftRecord:
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
    )
