"""The drift record: one difference of one attribute of one resource, and what is known of it."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

from tfdrift.domain.identity import UserIdentity
from tfdrift.domain.json_value import JsonValue


class DriftStatus(StrEnum):
    """Where a drift stands in its life."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


NOT_OVER = (DriftStatus.OPEN, DriftStatus.ACKNOWLEDGED)
"""The statuses of drifts that still are."""


class ChangeType(StrEnum):
    """What happened to the resource."""

    CREATED = "created"
    MODIFIED = "modified"
    DELETED = "deleted"


class Severity(StrEnum):
    """How dangerous a change is, most dangerous first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"


def gravest(severities: Iterable[Severity]) -> Severity:
    """Return the most dangerous of some severities, at least one."""
    return min(severities, key=list(Severity).index)


class Fidelity(StrEnum):
    """How exactly the new value is known."""

    EXACT = "exact"
    PARTIAL = "partial"
    EVENT_ONLY = "event_only"
    OMITTED = "omitted"


VALUE_UNKNOWN = frozenset({Fidelity.EVENT_ONLY, Fidelity.OMITTED})
"""The fidelities at which a call is known and what it set is not."""


class OriginKind(StrEnum):
    """By what means a call was made."""

    CONSOLE = "console"
    CLI = "cli"
    SDK = "sdk"
    TERRAFORM = "terraform"
    OPENTOFU = "opentofu"
    PULUMI = "pulumi"
    CLOUDFORMATION = "cloudformation"
    AWS_SERVICE = "aws_service"
    UNKNOWN = "unknown"


TERRAFORM_ORIGINS = frozenset({OriginKind.TERRAFORM, OriginKind.OPENTOFU})
"""The origins whose calls wait for a state, since an apply writes one."""


class ResolutionHow(StrEnum):
    """Why a drift is no longer open."""

    APPLIED = "applied"
    REVERTED = "reverted"
    ADOPTED = "adopted"
    IGNORED = "ignored"


class Confidence(StrEnum):
    """How far an origin is to be believed: what AWS records is fact, what a caller writes is a claim."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class TransitionName(StrEnum):
    """What happened to a drift, as the stream's `transition` field says it."""

    OPENED = "opened"
    UPDATED = "updated"
    REOPENED = "reopened"
    RESOLVED = "resolved"
    ACKNOWLEDGED = "acknowledged"


@dataclass(frozen=True, slots=True)
class Origin:
    """By what means a call was made, the facts that say so, and how far those are to be believed."""

    kind: OriginKind
    evidence: tuple[str, ...] = ()
    confidence: Confidence = Confidence.LOW


@dataclass(frozen=True, slots=True)
class Cause:
    """The API call that made a drift."""

    event_id: str
    event_source: str
    event_name: str
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class StateReference:
    """The version of a Terraform state that a value was read from.

    For a state read from disk `bucket` is None and `key` is the path as it was given.
    """

    key: str
    serial: int
    lineage: str
    bucket: str | None = None
    version_id: str | None = None


@dataclass(frozen=True, slots=True)
class Resolution:
    """How a drift ended, by whom, and when the ending call or state was made.

    `event_id` is the ending call's, which tells calls of the same second apart; None where a state ended it.
    """

    how: ResolutionHow
    by: str | None
    at: datetime
    event_id: str | None = None


@dataclass(frozen=True, slots=True)
class Holder:
    """Another state that holds the same resource, and the address it has there."""

    address: str
    state: StateReference


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """That a person took note of a drift: who, when, with what words, and until when that is to hold.

    Without `until` it holds until the value changes again.
    """

    by: str
    at: datetime
    note: str | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One step of a drift's life: what it was, when its cause happened, by whom and why.

    `event_id` is the feed event that told of it, which holds the whole record as it was then.
    """

    transition: TransitionName
    status: DriftStatus
    at: datetime
    by: str | None
    reason: str | None
    event_id: str


@dataclass(frozen=True, slots=True)
class DriftRecord:
    """One difference between Terraform and AWS, for one attribute of one resource.

    `attribute` is a Terraform path (``ingress``, ``metadata_options[0].http_tokens``); it is None when the
    change concerns the resource as a whole (created, deleted, or an event without mapped attributes).
    `old_value` is Terraform's value and `new_value` the one in AWS now. `timestamp` is the call's eventTime,
    `detected_at` the moment TFDrift recorded it. `also_managed_by` names the other states that hold the same
    resource. `report_reason` says why a call that calls itself Terraform's is reported after all. `history`
    is oldest first.
    """

    id: str
    status: DriftStatus
    change_type: ChangeType
    severity: Severity
    provider: str
    account_id: str
    region: str
    resource_type: str
    resource_id: str
    resource_address: str | None
    managed: bool
    attribute: str | None
    old_value: JsonValue
    new_value: JsonValue
    user_identity: UserIdentity
    origin: Origin
    source_ip: str | None
    user_agent: str | None
    timestamp: datetime
    detected_at: datetime
    cause: Cause
    state: StateReference | None
    fidelity: Fidelity
    severity_reason: str
    resolution: Resolution | None = None
    also_managed_by: tuple[Holder, ...] = ()
    report_reason: str | None = None
    acknowledgement: Acknowledgement | None = None
    history: tuple[HistoryEntry, ...] = ()

    @property
    def is_unmanaged_creation(self) -> bool:
        """Whether it tells of something that no state holds and that came into being."""
        return not self.managed and self.change_type is ChangeType.CREATED


# A drift's id is asked for at each step of a call's way, and the same resources change again and again.
@lru_cache(maxsize=8192)
def resource_hash(account_id: str, region: str, resource_type: str, resource_id: str) -> str:
    """Return the stable 20-digit hash that all drifts of one resource share."""
    text = "\x1f".join((account_id, region, resource_type, resource_id))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:20]


def drift_id(
    account_id: str, region: str, resource_type: str, resource_id: str, attribute: str | None
) -> str:
    """Return the stable id of a (resource, attribute): ``<resource hash>-<attribute hash>``.

    The first half is `resource_hash`, so that all drifts of a resource lie beside each other in storage.
    """
    resource = resource_hash(account_id, region, resource_type, resource_id)
    return f"{resource}-{_attribute_hash(attribute or '')}"


@lru_cache(maxsize=8192)
def _attribute_hash(attribute: str) -> str:
    return hashlib.sha256(attribute.encode("utf-8", "surrogatepass")).hexdigest()[:12]
