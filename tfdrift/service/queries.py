"""Answers what dashboards and scripts ask: the states' resources, statistics, and the providers in use."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from tfdrift.domain.drift import NOT_OVER, DriftRecord, DriftStatus, Severity, gravest
from tfdrift.domain.feed_event import EventType
from tfdrift.domain.managed_resource import ManagedResource
from tfdrift.service.paging import part_in_turn, part_of
from tfdrift.service.ports import (
    DriftFigures,
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

    def states_in_order(self, page: Page, account_ids: Sequence[str] = ()) -> Listing[StateSummary]:
        """Return one part of the indexed states, by bucket and key; those that hold resources of accounts."""
        return part_of(
            self._states_of(account_ids),
            page,
            lambda each: f"{each.reference.bucket or ''}\x00{each.reference.key}",
        )

    def statistics(self, account_ids: tuple[str, ...] = ()) -> Statistics:
        """Return the counts for a dashboard: of some accounts, or of all."""
        by_status = {status: self._figures(status, account_ids) for status in NOT_OVER}
        pending = [drift for drifts in by_status.values() for drift in drifts]
        over = DriftFilter(statuses=(DriftStatus.RESOLVED,), account_ids=account_ids)
        resolved = self.drifts.count(over)
        statuses = {
            **{status.value: Total(len(drifts)) for status, drifts in by_status.items()},
            DriftStatus.RESOLVED.value: resolved,
        }
        states = self._states_of(account_ids)
        events = {
            kind.value: self.events.count(EventFilter(types=(kind,), account_ids=account_ids))
            for kind in EventType
        }
        return Statistics(
            by_status={name: total.number for name, total in statuses.items()},
            by_severity=_counted((drift.severity.value for drift in pending), tuple(Severity)),
            by_resource_type=_counted(drift.resource_type for drift in pending),
            by_account=_counted(drift.account_id for drift in pending),
            by_origin=_counted(drift.origin.value for drift in pending),
            unmanaged=sum(not drift.managed for drift in pending),
            events_by_type={name: total.number for name, total in events.items()},
            states=len(states),
            resources=sum(state.count_in(account_ids) for state in states),
            at_least=(*_inexact("by_status", statuses), *_inexact("events_by_type", events)),
        )

    def providers(self, page: Page, account_ids: Sequence[str] = ()) -> Listing[ProviderSummary]:
        """Return one part of the providers of the states' resources, by name; of some accounts, or all."""
        types: dict[str, Counter[str]] = defaultdict(Counter)
        for entry in (entry for state in self.states.states() for entry in state.types):
            if not account_ids or entry.account_id in account_ids:
                types[entry.provider][entry.resource_type] += entry.count
        summaries = (ProviderSummary(name, counts.total(), len(counts)) for name, counts in types.items())
        return part_of(summaries, page, lambda summary: summary.name)

    def unmanaged_groups(self, page: Page, account_ids: Sequence[str] = ()) -> Listing[UnmanagedGroup]:
        """Return one part of what was created without Terraform and is not over, by call, newest first."""
        places: dict[str, str] = {}
        groups = (
            UnmanagedGroup(tuple(sorted(drifts, key=_by_resource)))
            for _, drifts in groupby(self._unmanaged(page, account_ids, places), _call_of)
        )
        return part_in_turn(groups, page, lambda group: min(places[drift.id] for drift in group.drifts))

    def _states_of(self, account_ids: Sequence[str]) -> list[StateSummary]:
        return [state for state in self.states.states() if not account_ids or state.count_in(account_ids) > 0]

    def _figures(self, status: DriftStatus, account_ids: Sequence[str]) -> list[DriftFigures]:
        found = self.drifts.figures(status)
        return [drift for drift in found if not account_ids or drift.account_id in account_ids]

    def _unmanaged(
        self, page: Page, account_ids: Sequence[str], places: dict[str, str]
    ) -> Iterator[DriftRecord]:
        """Yield the unmanaged creations that are not over, after a page's place; note each one's place."""

        def part(wanted: Page) -> Listing[DriftRecord]:
            listing = self.drifts.unmanaged(wanted, account_ids)
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
