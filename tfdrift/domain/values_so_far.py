"""Collects the changes of one call, each built on those before it."""

from tfdrift.domain.change import Change
from tfdrift.domain.drift import Fidelity
from tfdrift.domain.finding import CurrentValues
from tfdrift.domain.json_value import JsonValue
from tfdrift.domain.managed_resource import ManagedResource

_Key = tuple[str, str, tuple[str, str, str] | None, str | None]


class ValuesSoFar:
    """Current values that know what the same call did already: one call may add to a set and take from it."""

    def __init__(self, current: CurrentValues) -> None:
        self._current = current
        self._changes: dict[_Key, Change] = {}

    def note(self, change: Change) -> None:
        """Keep a change; a later one of the same attribute stands for both."""
        self._changes[_key(change.resource, change.resource_type, change.resource_id, change.attribute)] = (
            change
        )

    def value(self, resource: ManagedResource, attribute: str) -> tuple[bool, JsonValue]:
        """Return the value that the call, or an open drift, gave the attribute."""
        noted = self._changes.get(_key(resource, resource.resource_type, resource.resource_id, attribute))
        if noted is not None and noted.fidelity is Fidelity.EXACT:
            return True, noted.actual
        return self._current.value(resource, attribute)

    def changes(self) -> tuple[Change, ...]:
        """Return the changes; that a resource was touched says nothing where more is known of it."""
        changes = tuple(self._changes.values())
        if len(changes) <= 1:
            return changes
        known = {_resource(change) for change in changes if not _is_touch(change)}
        return tuple(c for c in changes if not (_is_touch(c) and _resource(c) in known))


def _is_touch(change: Change) -> bool:
    return change.fidelity is Fidelity.EVENT_ONLY


def _resource(change: Change) -> tuple[str, str]:
    return change.resource_type, change.resource_id


def _key(
    resource: ManagedResource | None, resource_type: str, resource_id: str, attribute: str | None
) -> _Key:
    if resource is None:
        return resource_type, resource_id, None, attribute
    state = resource.state
    return resource_type, resource_id, (state.bucket or "", state.key, resource.address), attribute
