"""What the use cases need from storage, as Protocols; all implementations pass the same conformance tests."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, NamedTuple, Protocol, TypeVar

from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.domain.drift import DriftRecord, DriftStatus, OriginKind, Severity, StateReference
from tfdrift.domain.feed_event import EventType, FeedEvent
from tfdrift.domain.hidden_change import HiddenChange
from tfdrift.domain.lifecycle import ResourceKey
from tfdrift.domain.managed_resource import ManagedResource

Entry = TypeVar("Entry")

MOST_EXAMINED = 10_000
"""How many entries one request looks at, to find, count or pass over; beyond, follow `Listing.next`."""


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
    remembered for the grace window, so that an older call which arrives after it finds its place. `touches`
    names what it touches (see `tfdrift.service.touched`); one without names may touch anything.
    """

    record: CloudTrailRecord
    held_at: datetime
    expires_at: datetime
    matched: bool = False
    touches: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a listing is asked for.

    Attributes
    ----------
    number
        1-based number of the page; `number` times `limit` is at most `MOST_EXAMINED`.
    limit
        Entries a page, at most 1000.
    after
        The place (`Listing.places`, `Listing.next`) that the part begins after, instead of a number's: what
        is stored meanwhile never moves it. Such a part is not counted.
    """

    number: int
    limit: int
    after: str | None = None

    @property
    def skipped(self) -> int:
        """Return how many entries come before the part; none before one that begins after a place."""
        return 0 if self.after is not None else (self.number - 1) * self.limit


@dataclass(frozen=True, slots=True)
class Total:
    """How many entries match: exactly, or at least that many."""

    number: int
    is_exact: bool = True


@dataclass(frozen=True, slots=True)
class Listing(Generic[Entry]):
    """One part of a listing.

    Attributes
    ----------
    items
        The entries. There may be fewer than asked for though more follow: one request looks through a bounded
        number of entries for those that match.
    places
        The place of each entry, to go on after it.
    total
        How many match in all; None where the part was asked for by a place.
    next
        The place to go on after; None at the end.
    """

    items: tuple[Entry, ...]
    places: tuple[str, ...]
    total: Total | None
    next: str | None = None


class StateKey(NamedTuple):
    """Where a state lies, whatever its version; `bucket` is None for one read from disk."""

    bucket: str | None
    key: str


@dataclass(frozen=True, slots=True)
class DriftFilter:
    """Which drifts a listing returns; an empty tuple or None filters nothing.

    `state` is the state that a drift's expected value was read from.
    """

    severities: tuple[Severity, ...] = ()
    resource_types: tuple[str, ...] = ()
    statuses: tuple[DriftStatus, ...] = ()
    providers: tuple[str, ...] = ()
    account_ids: tuple[str, ...] = ()
    since: datetime | None = None
    state: StateKey | None = None


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which feed events a listing returns; an empty tuple or None filters nothing.

    Attributes
    ----------
    principal
        Who did it, as `tfdrift.domain.actor.Actor.principal` names callers.
    resource
        What it was done to. An event whose account or region is unknown matches any.

    Raises ValueError where both principal and resource are asked for: no index serves that.
    """

    types: tuple[EventType, ...] = ()
    severities: tuple[Severity, ...] = ()
    resource_types: tuple[str, ...] = ()
    account_ids: tuple[str, ...] = ()
    since: datetime | None = None
    principal: str | None = None
    resource: ResourceKey | None = None

    def __post_init__(self) -> None:
        if self.principal is not None and self.resource is not None:
            raise ValueError("events are found by principal or by resource, not by both")


@dataclass(frozen=True, slots=True)
class DriftFigures:
    """What statistics count of a drift."""

    severity: Severity
    resource_type: str
    account_id: str
    origin: OriginKind
    managed: bool


@dataclass(frozen=True, slots=True)
class TypeCount:
    """How many instances of a provider's type a state holds in an account, None where none is known."""

    provider: str
    resource_type: str
    count: int
    account_id: str | None = None


@dataclass(frozen=True, slots=True)
class StateSummary:
    """One indexed state: where it lies, its version, and how many instances of which types it manages."""

    reference: StateReference
    terraform_version: str | None
    types: tuple[TypeCount, ...]
    indexed_at: datetime

    @property
    def resource_count(self) -> int:
        """Return how many managed instances the state holds."""
        return sum(entry.count for entry in self.types)

    @property
    def accounts(self) -> tuple[str, ...]:
        """Return the accounts that its resources are known to lie in, sorted."""
        return tuple(sorted({entry.account_id for entry in self.types if entry.account_id is not None}))

    def count_in(self, account_ids: Sequence[str]) -> int:
        """Return how many of its instances are known to lie in some accounts; of all if none is named."""
        return sum(entry.count for entry in self.types if not account_ids or entry.account_id in account_ids)


def types_of(resources: Iterable[ManagedResource]) -> tuple[TypeCount, ...]:
    """Return how many instances of which types there are, by provider, type and account."""
    counts = Counter(
        (resource.provider, resource.resource_type, resource.account_id or "") for resource in resources
    )
    return tuple(
        TypeCount(provider, resource_type, counts[provider, resource_type, account], account or None)
        for provider, resource_type, account in sorted(counts)
    )


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

    def resources_after(self, bucket: str | None, key: str, address: str) -> Iterator[ManagedResource]:
        """Yield a state's resources whose addresses come after one, by address, read as they are needed."""
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

    def find(self, wanted: DriftFilter, page: Page) -> Listing[DriftRecord]:
        """Return one part of the drifts, newest first."""
        ...

    def count(self, wanted: DriftFilter) -> Total:
        """Return how many drifts match, or at least so many, where more would have to be examined."""
        ...

    def figures(self, status: DriftStatus) -> Iterable[DriftFigures]:
        """Yield the figures of each drift with a status, without reading the drifts themselves."""
        ...

    def unmanaged(self, page: Page, account_ids: Sequence[str] = ()) -> Listing[DriftRecord]:
        """Return one part of the unmanaged creations that are not over, newest first.

        They are of some accounts, or of all. What one call created stands together. Parts are not counted.
        """
        ...


class EventLog(Protocol):
    """The feed's events, append-only."""

    def append(self, event: FeedEvent) -> bool:
        """Store an event; False when one with its id is already there."""
        ...

    def get(self, event_id: str) -> FeedEvent | None:
        """Return the event with that id."""
        ...

    def find(self, wanted: EventFilter, page: Page) -> Listing[FeedEvent]:
        """Return one part of the events, newest first."""
        ...

    def count(self, wanted: EventFilter) -> Total:
        """Return how many events match, or at least so many, where more would have to be examined."""
        ...


class HiddenLog(Protocol):
    """What ignore rules hid, so that it can be looked at."""

    def keep(self, change: HiddenChange) -> bool:
        """Keep a hidden change; False when it is kept already."""
        ...

    def find(self, page: Page, account_ids: Sequence[str] = ()) -> Listing[HiddenChange]:
        """Return one part, newest first; of some accounts, or all."""
        ...


class HeldCalls(Protocol):
    """Terraform's own calls between their arrival and the state version that explains them."""

    def hold(self, call: HeldCall) -> bool:
        """Keep a call; False when it is already held or was already settled."""
        ...

    def held(self, account_id: str) -> Sequence[HeldCall]:
        """Return the calls held for an account, oldest first."""
        ...

    def touching(self, account_id: str, names: frozenset[str]) -> Sequence[HeldCall]:
        """Return the calls held for an account that touch any of these, or may, oldest first."""
        ...

    def expired(self, now: datetime) -> Sequence[HeldCall]:
        """Return the calls whose grace window has passed, of every account, oldest first."""
        ...

    def settle(self, account_id: str, event_id: str) -> bool:
        """Let a call go for good; False when it was not held any more."""
        ...
