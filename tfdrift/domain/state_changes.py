"""Compares two versions of a state: which resources were added, modified or removed."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from tfdrift.domain.managed_resource import ManagedResource


class StateAction(StrEnum):
    """What a new version of a state did to a resource, in the stream's words."""

    ADDED = "added"
    MODIFIED = "modified"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class StateChange:
    """One altered resource: as it is now, or for a removed one as it was; and the attributes that differ."""

    action: StateAction
    resource: ManagedResource
    changed_attributes: tuple[str, ...] = ()


def state_changes(
    before: Iterable[ManagedResource], after: Iterable[ManagedResource]
) -> tuple[StateChange, ...]:
    """Return the altered resources between two versions of one state, by address.

    A resource that was replaced by another with the same address is modified: its `id` is among the changes.
    """
    old = {resource.address: resource for resource in before}
    new = {resource.address: resource for resource in after}
    changes = [StateChange(StateAction.REMOVED, old[address]) for address in old.keys() - new.keys()]
    for address, resource in new.items():
        if address not in old:
            changes.append(StateChange(StateAction.ADDED, resource))
            continue
        names = _differing(old[address], resource)
        if names:
            changes.append(StateChange(StateAction.MODIFIED, resource, names))
    return tuple(sorted(changes, key=lambda change: change.resource.address))


def _differing(before: ManagedResource, after: ManagedResource) -> tuple[str, ...]:
    names = before.attributes.keys() | after.attributes.keys()
    absent = object()
    return tuple(
        sorted(
            name
            for name in names
            if before.attributes.get(name, absent) != after.attributes.get(name, absent)
        )
    )
