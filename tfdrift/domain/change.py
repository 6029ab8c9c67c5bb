"""A change of one attribute, before it is judged; what ways of managing a thing hand to detection."""

from dataclasses import dataclass

from tfdrift.domain.drift import ChangeType, Fidelity
from tfdrift.domain.json_value import JsonValue
from tfdrift.domain.managed_resource import ManagedResource


@dataclass(frozen=True, slots=True)
class Change:
    """What a call did to an attribute of a resource; the fields are those of a finding."""

    resource: ManagedResource | None
    resource_type: str
    resource_id: str
    attribute: str | None
    expected: JsonValue
    actual: JsonValue
    differs: bool
    change_type: ChangeType = ChangeType.MODIFIED
    fidelity: Fidelity = Fidelity.EXACT
    parent: ManagedResource | None = None
