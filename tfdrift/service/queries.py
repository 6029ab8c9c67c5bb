"""Answers what dashboards and scripts ask: the states' resources, statistics, and the providers in use."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from tfdrift.domain.drift import DriftRecord, DriftStatus, Severity
from tfdrift.domain.feed_event import EventType
from tfdrift.domain.managed_resource import ManagedResource
from tfdrift.service.ports import (
    DriftFilter,
    DriftRepository,
    EventFilter,
    EventLog,
    Page,
    StateIndex,
)
from tfdrift.service.walk import every_drift

_NOT_OVER = DriftFilter(statuses=(DriftStatus.OPEN, DriftStatus.ACKNOWLEDGED))


@dataclass(frozen=True, slots=True)
class ResourceFilter:
    """Which resources a listing returns; an empty tuple filters nothing."""

    resource_types: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ResourceListing:
    """One page of managed resources, by address, and how many match in all."""

    items: tuple[ManagedResource, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts for a dashboard. All but `by_status` count the drifts that are not over."""

    by_status: dict[str, int]
    by_severity: dict[str, int]
    by_resource_type: dict[str, int]
    by_account: dict[str, int]
    by_origin: dict[str, int]
    unmanaged: int
    events_by_type: dict[str, int]
    states: int
    resources: int


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
    def order(self) -> tuple[datetime, str]:
        """The place of the call among others."""
        return (self.drifts[0].timestamp, self.drifts[0].cause.event_id)

    @property
    def severity(self) -> Severity:
        """The gravest of its drifts' severities."""
        return min((drift.severity for drift in self.drifts), key=list(Severity).index)


@dataclass(frozen=True, slots=True)
class Queries:
    """The questions that go beyond one port."""

    drifts: DriftRepository
    events: EventLog
    states: StateIndex

    def resources(self, wanted: ResourceFilter, page: Page) -> ResourceListing:
        """Return one page of the managed resources of all states, by address."""
        found = sorted(
            (resource for resource in self._all_resources() if _is_wanted(resource, wanted)),
            key=lambda resource: (resource.address, resource.state.bucket or "", resource.state.key),
        )
        start = (page.number - 1) * page.limit
        return ResourceListing(tuple(found[start : start + page.limit]), len(found))

    def statistics(self) -> Statistics:
        """Return the counts for a dashboard."""
        pending = list(every_drift(self.drifts, _NOT_OVER))
        summaries = self.states.states()
        return Statistics(
            by_status={status.value: self._total(status) for status in DriftStatus},
            by_severity=_counted((drift.severity.value for drift in pending), tuple(Severity)),
            by_resource_type=_counted(drift.resource_type for drift in pending),
            by_account=_counted(drift.account_id for drift in pending),
            by_origin=_counted(drift.origin.kind.value for drift in pending),
            unmanaged=sum(not drift.managed for drift in pending),
            events_by_type={kind.value: self._events(kind) for kind in EventType},
            states=len(summaries),
            resources=sum(summary.resource_count for summary in summaries),
        )

    def providers(self) -> tuple[ProviderSummary, ...]:
        """Return the providers of the states' resources, by name."""
        types: dict[str, Counter[str]] = {}
        for resource in self._all_resources():
            types.setdefault(resource.provider, Counter())[resource.resource_type] += 1
        return tuple(ProviderSummary(name, types[name].total(), len(types[name])) for name in sorted(types))

    def unmanaged_groups(self) -> tuple[UnmanagedGroup, ...]:
        """Return what was created without Terraform and is not over, by its call, newest first."""
        groups: dict[tuple[str, str], list[DriftRecord]] = defaultdict(list)
        for drift in every_drift(self.drifts, _NOT_OVER):
            if drift.is_unmanaged_creation:
                groups[drift.account_id, drift.cause.event_id].append(drift)
        found = [UnmanagedGroup(tuple(sorted(drifts, key=_by_resource))) for drifts in groups.values()]
        return tuple(sorted(found, key=lambda group: group.order, reverse=True))

    def _all_resources(self) -> Iterator[ManagedResource]:
        for summary in self.states.states():
            yield from self.states.resources_of(summary.reference.bucket, summary.reference.key)

    def _total(self, status: DriftStatus) -> int:
        return self.drifts.find(DriftFilter(statuses=(status,)), Page(1, 1)).total

    def _events(self, kind: EventType) -> int:
        return self.events.find(EventFilter(types=(kind,)), Page(1, 1)).total


def _by_resource(drift: DriftRecord) -> tuple[str, str, str]:
    return (drift.resource_type, drift.resource_id, drift.attribute or "")


def _is_wanted(resource: ManagedResource, wanted: ResourceFilter) -> bool:
    return (not wanted.resource_types or resource.resource_type in wanted.resource_types) and (
        not wanted.providers or resource.provider in wanted.providers
    )


def _counted(values: Iterable[str], always: tuple[str, ...] = ()) -> dict[str, int]:
    """Return how often each value stands; those of `always` first, and also if never."""
    counts = Counter(values)
    return {**{str(name): counts[name] for name in always}, **dict(sorted(counts.items()))}
