"""What the use cases need from storage, as Protocols; all implementations pass the same conformance tests."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.domain.drift import DriftRecord, DriftStatus, Severity, StateReference
from tfdrift.domain.feed_event import EventType, FeedEvent
from tfdrift.domain.hidden_change import HiddenChange
from tfdrift.domain.managed_resource import ManagedResource


class ConcurrentUpdate(Exception):  # noqa: N818 - names what happened, as the storage tells it
    """Another writer changed the record since it was read: read again and decide again."""


@dataclass(frozen=True, slots=True)
class VersionedDrift:
    """A stored drift with the version that a conditional write must name."""

    record: DriftRecord
    version: int


@dataclass(frozen=True, slots=True)
class HeldCall:
    """A call of Terraform's own that waits for the next state version (decision 4).

    A `matched` one, of whomever, was fully considered when it arrived and is never reported from here: it is
    remembered for the grace window, so that an older call which arrives after it finds its place.
    """

    record: CloudTrailRecord
    held_at: datetime
    expires_at: datetime
    matched: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a listing is asked for: 1-based page number and entries a page (at most 1000)."""

    number: int
    limit: int


@dataclass(frozen=True, slots=True)
class DriftFilter:
    """Which drifts a listing returns; an empty tuple or None filters nothing."""

    severities: tuple[Severity, ...] = ()
    resource_types: tuple[str, ...] = ()
    statuses: tuple[DriftStatus, ...] = ()
    providers: tuple[str, ...] = ()
    account_ids: tuple[str, ...] = ()
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which feed events a listing returns; an empty tuple or None filters nothing."""

    types: tuple[EventType, ...] = ()
    severities: tuple[Severity, ...] = ()
    resource_types: tuple[str, ...] = ()
    account_ids: tuple[str, ...] = ()
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class DriftListing:
    """One page of drifts, newest first, and how many match in all."""

    items: tuple[DriftRecord, ...]
    total: int


@dataclass(frozen=True, slots=True)
class EventListing:
    """One page of feed events, newest first, and how many match in all."""

    items: tuple[FeedEvent, ...]
    total: int


@dataclass(frozen=True, slots=True)
class StateSummary:
    """One indexed state: where it lies, its version, and how many managed instances it holds."""

    reference: StateReference
    terraform_version: str | None
    resource_count: int
    indexed_at: datetime


class StateIndex(Protocol):
    """Terraform's states, by every id a resource goes by (decision 6)."""

    def find(
        self, resource_type: str, account_id: str, region: str, identifier: str
    ) -> tuple[ManagedResource, ...]:
        """Return every managed instance of that type known by that id; several when several states hold it.

        An instance whose account or region is unknown matches any; one whose account or region differs, none.
        """
        ...

    def find_any_type(self, account_id: str, region: str, identifier: str) -> tuple[ManagedResource, ...]:
        """Return every managed instance of whatever type known by that id."""
        ...

    def replace(
        self,
        reference: StateReference,
        resources: Iterable[ManagedResource],
        *,
        terraform_version: str | None,
        indexed_at: datetime,
    ) -> bool:
        """Make `resources` the content of that state, atomically; False if a newer serial is there."""
        ...

    def resources_of(self, bucket: str | None, key: str) -> tuple[ManagedResource, ...]:
        """Return the current content of one state, empty if it is not indexed."""
        ...

    def states(self) -> tuple[StateSummary, ...]:
        """Return the indexed states, by bucket and key."""
        ...

    def by_address(self, address: str) -> tuple[ManagedResource, ...]:
        """Return the instances with that address, one a state."""
        ...


class DriftRepository(Protocol):
    """The drifts' current records."""

    def get(self, drift_id: str) -> VersionedDrift | None:
        """Return the drift with that id, consistently read."""
        ...

    def of_resource(self, resource_hash: str) -> tuple[VersionedDrift, ...]:
        """Return all drifts of a resource (see `tfdrift.domain.drift.resource_hash`), consistently read."""
        ...

    def record(self, drift: DriftRecord, event: FeedEvent, *, expected_version: int) -> bool:
        """Store the drift's new record and its event in one transaction.

        `expected_version` is 0 for a drift never stored. Returns False, and writes nothing, when the event is
        already stored (a second delivery). Raises `ConcurrentUpdate` when the version is another.
        """
        ...

    def find(self, wanted: DriftFilter, page: Page) -> DriftListing:
        """Return one page of drifts, newest first."""
        ...


class EventLog(Protocol):
    """The feed's events, append-only."""

    def append(self, event: FeedEvent) -> bool:
        """Store an event; False when one with its id is already there."""
        ...

    def get(self, event_id: str) -> FeedEvent | None:
        """Return the event with that id."""
        ...

    def find(self, wanted: EventFilter, page: Page) -> EventListing:
        """Return one page of events, newest first."""
        ...


@dataclass(frozen=True, slots=True)
class HiddenListing:
    """One page of hidden changes, newest first, and how many there are in all."""

    items: tuple[HiddenChange, ...]
    total: int


class HiddenLog(Protocol):
    """What ignore rules hid, so that it can be looked at."""

    def keep(self, change: HiddenChange) -> bool:
        """Keep a hidden change; False when it is kept already."""
        ...

    def find(self, page: Page) -> HiddenListing:
        """Return one page, newest first."""
        ...


class HeldCalls(Protocol):
    """Terraform's own calls between their arrival and the state version that explains them."""

    def hold(self, call: HeldCall) -> bool:
        """Keep a call; False when it is already held or was already settled."""
        ...

    def held(self, account_id: str) -> Sequence[HeldCall]:
        """Return the calls held for an account, oldest first."""
        ...

    def expired(self, now: datetime) -> Sequence[HeldCall]:
        """Return the calls whose grace window has passed, of every account, oldest first."""
        ...

    def settle(self, account_id: str, event_id: str) -> bool:
        """Let a call go for good; False when it was not held any more."""
        ...
