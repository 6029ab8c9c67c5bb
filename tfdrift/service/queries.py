"""Answers what dashboards and scripts ask: the states' resources, statistics, and the providers in use."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from tfdrift.domain.drift import NOT_OVER, DriftRecord, DriftStatus, Severity, gravest
from tfdrift.domain.feed_event import EventType
from tfdrift.domain.managed_resource import ManagedResource
from tfdrift.service.paging import part_in_turn, part_of
from tfdrift.service.ports import (
    DriftFilter,
    DriftRepository,
    EventFilter,
    EventLog,
    Listing,
    Page,
    StateIndex,
    StateSummary,
    Total,
)
from tfdrift.service.resource_listing import ResourceFilter, list_resources
from tfdrift.service.walk import every_entry

_FEW = 50


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts for a dashboard. All but `by_status` count the drifts that are not over.

    `at_least` names the counts that are only a lower bound, since exact ones would examine too many entries.
    """

    by_status: dict[str, int]
    by_severity: dict[str, int]
    by_resource_type: dict[str, int]
    by_account: dict[str, int]
    by_origin: dict[str, int]
    unmanaged: int
    events_by_type: dict[str, int]
    states: int
    resources: int
    at_least: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProviderSummary:
    """A Terraform provider, and how many resources of how many types the states hold of it."""

    name: str
    resources: int
    resource_types: int


@dataclass(frozen=True, slots=True)
class UnmanagedGroup:
    """What one call created without Terraform; at least one drift, sorted by type and id."""

    drifts: tuple[DriftRecord, ...]

    @property
    def severity(self) -> Severity:
        """The gravest of its drifts' severities."""
        return gravest(drift.severity for drift in self.drifts)


@dataclass(frozen=True, slots=True)
class Queries:
    """The questions that go beyond one port."""

    drifts: DriftRepository
    events: EventLog
    states: StateIndex

    def resources(self, wanted: ResourceFilter, page: Page) -> Listing[ManagedResource]:
        """Return one part of the managed resources of all states, by bucket, key and address."""
        return list_resources(self.states, wanted, page)

    def states_in_order(self, page: Page) -> Listing[StateSummary]:
        """Return one part of the indexed states, by bucket and key."""
        return part_of(
            self.states.states(), page, lambda each: f"{each.reference.bucket or ''}\x00{each.reference.key}"
        )

    def statistics(self) -> Statistics:
        """Return the counts for a dashboard."""
        by_status = {status: list(self.drifts.figures(status)) for status in NOT_OVER}
        pending = [drift for drifts in by_status.values() for drift in drifts]
        resolved = self.drifts.count(DriftFilter(statuses=(DriftStatus.RESOLVED,)))
        statuses = {
            **{status.value: Total(len(drifts)) for status, drifts in by_status.items()},
            DriftStatus.RESOLVED.value: resolved,
        }
        states = self.states.states()
        events = {kind.value: self.events.count(EventFilter(types=(kind,))) for kind in EventType}
        return Statistics(
            by_status={name: total.number for name, total in statuses.items()},
            by_severity=_counted((drift.severity.value for drift in pending), tuple(Severity)),
            by_resource_type=_counted(drift.resource_type for drift in pending),
            by_account=_counted(drift.account_id for drift in pending),
            by_origin=_counted(drift.origin.value for drift in pending),
            unmanaged=sum(not drift.managed for drift in pending),
            events_by_type={name: total.number for name, total in events.items()},
            states=len(states),
            resources=sum(state.resource_count for state in states),
            at_least=(*_inexact("by_status", statuses), *_inexact("events_by_type", events)),
        )

    def providers(self, page: Page) -> Listing[ProviderSummary]:
        """Return one part of the providers of the states' resources, by name."""
        types: dict[str, Counter[str]] = defaultdict(Counter)
        for entry in (entry for state in self.states.states() for entry in state.types):
            types[entry.provider][entry.resource_type] += entry.count
        summaries = (ProviderSummary(name, counts.total(), len(counts)) for name, counts in types.items())
        return part_of(summaries, page, lambda summary: summary.name)

    def unmanaged_groups(self, page: Page) -> Listing[UnmanagedGroup]:
        """Return one part of what was created without Terraform and is not over, by call, newest first."""
        places: dict[str, str] = {}
        groups = (
            UnmanagedGroup(tuple(sorted(drifts, key=_by_resource)))
            for _, drifts in groupby(self._unmanaged(page, places), _call_of)
        )
        return part_in_turn(groups, page, lambda group: min(places[drift.id] for drift in group.drifts))

    def _unmanaged(self, page: Page, places: dict[str, str]) -> Iterator[DriftRecord]:
        """Yield the unmanaged creations that are not over, after a page's place; note each one's place."""

        def part(wanted: Page) -> Listing[DriftRecord]:
            listing = self.drifts.unmanaged(wanted)
            places.update(zip((drift.id for drift in listing.items), listing.places, strict=True))
            return listing

        return every_entry(part, max(page.limit, _FEW), page.after)


def _call_of(drift: DriftRecord) -> tuple[str, str]:
    return (drift.account_id, drift.cause.event_id)


def _by_resource(drift: DriftRecord) -> tuple[str, str, str]:
    return (drift.resource_type, drift.resource_id, drift.attribute or "")


def _inexact(name: str, totals: dict[str, Total]) -> list[str]:
    return [f"{name}.{key}" for key, total in totals.items() if not total.is_exact]


def _counted(values: Iterable[str], always: tuple[str, ...] = ()) -> dict[str, int]:
    """Return how often each value stands; those of `always` first, and also if never."""
    counts = Counter(values)
    return {**{str(name): counts[name] for name in always}, **dict(sorted(counts.items()))}
