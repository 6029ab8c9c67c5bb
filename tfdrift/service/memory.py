"""The ports in memory: for replay, which investigates without AWS."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from tfdrift.domain.drift import NOT_OVER, DriftRecord, DriftStatus, StateReference
from tfdrift.domain.feed_event import FeedEvent
from tfdrift.domain.hidden_change import HiddenChange
from tfdrift.domain.lifecycle import ResourceKey
from tfdrift.domain.managed_resource import ManagedResource
from tfdrift.domain.sortable_time import to_sortable
from tfdrift.service.paging import part_of
from tfdrift.service.ports import (
    ConcurrentUpdate,
    DriftFigures,
    DriftFilter,
    EventFilter,
    HeldCall,
    Listing,
    Page,
    StateKey,
    StateSummary,
    Total,
    VersionedDrift,
    types_of,
)

_StateKey = tuple[str, str]


class MemoryStateIndex:
    """`tfdrift.service.ports.StateIndex` in dictionaries: a look-up costs the same at any size."""

    def __init__(self) -> None:
        self._summaries: dict[_StateKey, StateSummary] = {}
        self._resources: dict[_StateKey, tuple[ManagedResource, ...]] = {}
        self._by_identifier: dict[str, list[ManagedResource]] = defaultdict(list)
        self._by_address: dict[str, list[ManagedResource]] = defaultdict(list)

    def find(
        self, resource_type: str, account_id: str, region: str, identifier: str
    ) -> tuple[ManagedResource, ...]:
        """Return every managed instance of that type known by that id."""
        found = self._by_identifier.get(identifier)
        if found is None:
            return ()
        return tuple(
            resource
            for resource in found
            if resource.resource_type == resource_type and _lies_in(resource, account_id, region)
        )

    def find_any_type(self, account_id: str, region: str, identifier: str) -> tuple[ManagedResource, ...]:
        """Return every managed instance of whatever type known by that id."""
        found = self._by_identifier.get(identifier, ())
        return tuple(resource for resource in found if _lies_in(resource, account_id, region))

    def replace(
        self,
        reference: StateReference,
        resources: Iterable[ManagedResource],
        *,
        terraform_version: str | None,
        indexed_at: datetime,
    ) -> bool:
        """Make `resources` the content of that state; False if a newer serial of its lineage is there."""
        key = _state_key(reference.bucket, reference.key)
        there = self._summaries.get(key)
        if there is not None and _is_newer(there.reference, reference):
            return False
        self._forget(key)
        content = tuple(resources)
        self._summaries[key] = StateSummary(reference, terraform_version, types_of(content), indexed_at)
        self._resources[key] = content
        for resource in content:
            self._by_address[resource.address].append(resource)
            for identifier in resource.identifiers:
                self._by_identifier[identifier].append(resource)
        return True

    def resources_of(self, bucket: str | None, key: str) -> tuple[ManagedResource, ...]:
        """Return the current content of one state, empty if it is not indexed."""
        return self._resources.get(_state_key(bucket, key), ())

    def resources_after(self, bucket: str | None, key: str, address: str) -> Iterator[ManagedResource]:
        """Yield one state's resources whose addresses come after one, by address."""
        content = sorted(self.resources_of(bucket, key), key=lambda resource: resource.address)
        return (resource for resource in content if resource.address > address)

    def states(self) -> tuple[StateSummary, ...]:
        """Return the indexed states, by bucket and key."""
        return tuple(self._summaries[key] for key in sorted(self._summaries))

    def by_address(self, address: str) -> tuple[ManagedResource, ...]:
        """Return the instances with that address, one a state."""
        return tuple(self._by_address.get(address, ()))

    def _forget(self, key: _StateKey) -> None:
        for resource in self._resources.get(key, ()):
            _remove(self._by_address, resource.address, resource)
            for identifier in resource.identifiers:
                _remove(self._by_identifier, identifier, resource)


class MemoryEventLog:
    """`tfdrift.service.ports.EventLog` in a dictionary."""

    def __init__(self) -> None:
        self._events: dict[str, FeedEvent] = {}

    def append(self, event: FeedEvent) -> bool:
        """Store an event; False when one with its id is already there."""
        if event.event_id in self._events:
            return False
        self._events[event.event_id] = event
        return True

    def get(self, event_id: str) -> FeedEvent | None:
        """Return the event with that id."""
        return self._events.get(event_id)

    def find(self, wanted: EventFilter, page: Page) -> Listing[FeedEvent]:
        """Return one part of the events, newest first."""
        return part_of(
            self._wanted(wanted),
            page,
            lambda event: f"{to_sortable(event.timestamp)}#{event.event_id}",
            newest_first=True,
        )

    def count(self, wanted: EventFilter) -> Total:
        """Return how many events match."""
        return Total(len(self._wanted(wanted)))

    def _wanted(self, wanted: EventFilter) -> list[FeedEvent]:
        return [event for event in self._events.values() if _is_wanted_event(event, wanted)]


class MemoryDriftRepository:
    """`tfdrift.service.ports.DriftRepository` in dictionaries; its events go to a log beside it."""

    def __init__(self, events: MemoryEventLog) -> None:
        self._events = events
        self._drifts: dict[str, dict[str, VersionedDrift]] = defaultdict(dict)

    def get(self, drift_id: str) -> VersionedDrift | None:
        """Return the drift with that id."""
        return self._drifts.get(drift_id.rpartition("-")[0], {}).get(drift_id)

    def of_resource(self, resource_hash: str) -> tuple[VersionedDrift, ...]:
        """Return all drifts of a resource."""
        stored = self._drifts.get(resource_hash)
        return () if stored is None else tuple(stored[drift_id] for drift_id in sorted(stored))

    def record(self, drift: DriftRecord, event: FeedEvent, *, expected_version: int) -> bool:
        """Store the drift's new record and its event; see the port for the answers."""
        if self._events.get(event.event_id) is not None:
            return False
        stored = self.get(drift.id)
        if (0 if stored is None else stored.version) != expected_version:
            raise ConcurrentUpdate(f"drift {drift.id} is not at version {expected_version}")
        self._events.append(event)
        hashed = drift.id.rpartition("-")[0]
        self._drifts[hashed][drift.id] = VersionedDrift(drift, expected_version + 1)
        return True

    def find(self, wanted: DriftFilter, page: Page) -> Listing[DriftRecord]:
        """Return one part of the drifts, newest first."""
        return part_of(
            self._wanted(wanted), page, lambda d: f"{to_sortable(d.timestamp)}#{d.id}", newest_first=True
        )

    def count(self, wanted: DriftFilter) -> Total:
        """Return how many drifts match."""
        return Total(len(self._wanted(wanted)))

    def figures(self, status: DriftStatus) -> Iterator[DriftFigures]:
        """Yield the figures of each drift with a status."""
        for drift in self._wanted(DriftFilter(statuses=(status,))):
            yield DriftFigures(
                drift.severity, drift.resource_type, drift.account_id, drift.origin.kind, drift.managed
            )

    def unmanaged(self, page: Page, account_ids: Sequence[str] = ()) -> Listing[DriftRecord]:
        """Return one part of the unmanaged creations that are not over, newest first, call by call."""
        pending = self._wanted(DriftFilter(statuses=NOT_OVER, account_ids=tuple(account_ids)))
        found = [drift for drift in pending if drift.is_unmanaged_creation]
        return part_of(found, page, _place_of_call, newest_first=True)

    def _wanted(self, wanted: DriftFilter) -> list[DriftRecord]:
        return [drift for drift in self.all() if _is_wanted_drift(drift, wanted)]

    def all(self) -> list[DriftRecord]:
        """Return every drift, in no order that means anything."""
        return [entry.record for stored in self._drifts.values() for entry in stored.values()]


class MemoryHeldCalls:
    """`tfdrift.service.ports.HeldCalls` in dictionaries."""

    def __init__(self) -> None:
        self._held: dict[str, dict[str, HeldCall]] = defaultdict(dict)
        self._seen: set[tuple[str, str]] = set()

    def hold(self, call: HeldCall) -> bool:
        """Keep a call; False when it is already held or was already settled."""
        if call.record.key in self._seen:
            return False
        self._seen.add(call.record.key)
        self._held[call.record.account_id][call.record.event_id] = call
        return True

    def held(self, account_id: str) -> Sequence[HeldCall]:
        """Return the calls held for an account, oldest first."""
        return sorted(self._held.get(account_id, {}).values(), key=lambda call: call.record.order)

    def touching(self, account_id: str, names: frozenset[str]) -> Sequence[HeldCall]:
        """Return the calls held for an account that touch any of these, or may, oldest first."""
        return [call for call in self.held(account_id) if not call.touches or call.touches & names]

    def expired(self, now: datetime) -> Sequence[HeldCall]:
        """Return the calls whose grace window has passed, of every account, oldest first."""
        calls = (call for held in self._held.values() for call in held.values())
        return sorted((call for call in calls if call.expires_at <= now), key=lambda call: call.record.order)

    def settle(self, account_id: str, event_id: str) -> bool:
        """Let a call go for good; False when it was not held any more."""
        return self._held.get(account_id, {}).pop(event_id, None) is not None


class MemoryHiddenLog:
    """`tfdrift.service.ports.HiddenLog` in a dictionary."""

    def __init__(self) -> None:
        self._changes: dict[str, HiddenChange] = {}

    def keep(self, change: HiddenChange) -> bool:
        """Keep a hidden change; False when it is kept already."""
        if change.key in self._changes:
            return False
        self._changes[change.key] = change
        return True

    def find(self, page: Page, account_ids: Sequence[str] = ()) -> Listing[HiddenChange]:
        """Return one part of what was hidden, newest first."""
        found = self._changes.values()
        return part_of(
            [change for change in found if not account_ids or change.drift.account_id in account_ids],
            page,
            lambda change: f"{to_sortable(change.drift.timestamp)}#{change.key}",
            newest_first=True,
        )


class NoHeldCalls:
    """`tfdrift.service.ports.HeldCalls` where calls come in order and no state is to come: none is kept."""

    def hold(self, call: HeldCall) -> bool:  # noqa: ARG002
        """Let the call go at once."""
        return True

    def held(self, account_id: str) -> Sequence[HeldCall]:  # noqa: ARG002
        """Return nothing."""
        return ()

    def touching(self, account_id: str, names: frozenset[str]) -> Sequence[HeldCall]:  # noqa: ARG002
        """Return nothing."""
        return ()

    def expired(self, now: datetime) -> Sequence[HeldCall]:  # noqa: ARG002
        """Return nothing."""
        return ()

    def settle(self, account_id: str, event_id: str) -> bool:  # noqa: ARG002
        """Return that the call was not held."""
        return False


def _place_of_call(drift: DriftRecord) -> str:
    return f"{to_sortable(drift.timestamp)}#{drift.account_id}#{drift.cause.event_id}#{drift.id}"


def _lies_in(resource: ManagedResource, account_id: str, region: str) -> bool:
    return resource.account_id in (None, account_id) and resource.region in (None, region)


def _state_key(bucket: str | None, key: str) -> _StateKey:
    return (bucket or "", key)


def _is_newer(there: StateReference, offered: StateReference) -> bool:
    return there.lineage == offered.lineage and there.serial > offered.serial


def _remove(index: dict[str, list[ManagedResource]], name: str, resource: ManagedResource) -> None:
    kept = [entry for entry in index[name] if entry is not resource]
    if kept:
        index[name] = kept
    else:
        del index[name]


def _is_wanted_event(event: FeedEvent, wanted: EventFilter) -> bool:
    return (
        (not wanted.types or event.type in wanted.types)
        and (not wanted.severities or event.severity in {severity.value for severity in wanted.severities})
        and (not wanted.resource_types or event.resource_type in wanted.resource_types)
        and (not wanted.account_ids or event.account_id in wanted.account_ids)
        and (wanted.since is None or event.timestamp >= wanted.since)
        and (wanted.principal is None or (event.actor and event.actor.principal) == wanted.principal)
        and (wanted.resource is None or _is_of(event, wanted.resource))
    )


def _is_of(event: FeedEvent, resource: ResourceKey) -> bool:
    return (
        (event.resource_type, event.resource_id) == (resource.resource_type, resource.resource_id)
        and event.account_id in (None, resource.account_id)
        and event.region in (None, resource.region)
    )


def _is_wanted_drift(drift: DriftRecord, wanted: DriftFilter) -> bool:
    return (
        (not wanted.severities or drift.severity in wanted.severities)
        and (not wanted.resource_types or drift.resource_type in wanted.resource_types)
        and (not wanted.statuses or drift.status in wanted.statuses)
        and (not wanted.providers or drift.provider in wanted.providers)
        and (not wanted.account_ids or drift.account_id in wanted.account_ids)
        and (wanted.since is None or drift.timestamp >= wanted.since)
        and (wanted.state is None or _is_of_state(drift, wanted.state))
    )


def _is_of_state(drift: DriftRecord, state: StateKey) -> bool:
    return drift.state is not None and (drift.state.bucket, drift.state.key) == state
