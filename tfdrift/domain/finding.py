"""What a CloudTrail record says about Terraform's resources, before its history is considered."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from tfdrift.domain.drift import ChangeType, Fidelity, Severity
from tfdrift.domain.json_value import JsonValue
from tfdrift.domain.managed_resource import ManagedResource


class DetectionOutcome(StrEnum):
    """What became of a record; every record has one, so that nothing is dropped silently (decision 8)."""

    FINDINGS = "findings"
    READ_ONLY = "read_only"
    FAILED = "failed"
    NOT_A_CHANGE = "not_a_change"
    UNMAPPED = "unmapped"
    NO_MANAGED_RESOURCE = "no_managed_resource"


@dataclass(frozen=True, slots=True)
class Finding:
    """One attribute of one resource that a call set, beside the value that Terraform expects.

    `resource` is None for what no state holds; `resource_type` is then the provider type that such a resource
    would have, and `expected` is None. `parent` is the managed resource that an unmanaged one belongs to (the
    user that a policy was attached to). `attribute` is a Terraform path, None where the resource as a whole
    was created or deleted or was touched in a way that is not known. `differs` is False where the call set
    Terraform's own value: it ends an open drift. `actual` is None where a value is not known; `fidelity`
    tells that case from a value that is gone. Where `expected` holds the fingerprint of a secret, `actual` is
    still in the clear: it is hidden before anything is made of the finding. `also` are the same resource's
    instances in other states.
    """

    resource: ManagedResource | None
    resource_type: str
    resource_id: str
    address: str | None
    attribute: str | None
    expected: JsonValue
    actual: JsonValue
    differs: bool
    change_type: ChangeType
    severity: Severity
    severity_reason: str
    fidelity: Fidelity
    parent: ManagedResource | None = None
    also: tuple[ManagedResource, ...] = ()

    @property
    def managed(self) -> bool:
        """Whether a state holds the resource."""
        return self.resource is not None


@dataclass(frozen=True, slots=True)
class Detection:
    """The outcome of a record and its findings, sorted by address, type, id and attribute.

    With `no_managed_resource` the findings, if any, are of resources that no state holds.
    """

    outcome: DetectionOutcome
    findings: tuple[Finding, ...] = ()


class Lookup(Protocol):
    """Finds Terraform's resources; the state index is one."""

    def find(
        self, resource_type: str, account_id: str, region: str, identifier: str
    ) -> tuple[ManagedResource, ...]:
        """Return every managed instance of that type known by that id (see `tfdrift.domain.identifiers`)."""
        ...

    def find_any_type(self, account_id: str, region: str, identifier: str) -> tuple[ManagedResource, ...]:
        """Return every managed instance of whatever type known by that id."""
        ...


class CurrentValues(Protocol):
    """The values that AWS is known to have now, where that is not what the state says.

    A call that adds to a set, or takes from it, is understood on top of the drift that is open already.
    """

    def value(self, resource: ManagedResource, attribute: str) -> tuple[bool, JsonValue]:
        """Return whether a drift of that attribute is open, and if so the value that AWS has."""
        ...


@dataclass(frozen=True, slots=True)
class StateValues:
    """Current values where no drift is known of: AWS has what the state says."""

    def value(self, resource: ManagedResource, attribute: str) -> tuple[bool, JsonValue]:  # noqa: ARG002
        """Return that no drift is open."""
        return False, None
