"""Lists the managed resources of all states, by bucket, key and address, reading only the part asked for."""

from dataclasses import dataclass

from tfdrift.domain.managed_resource import ManagedResource
from tfdrift.service.ports import MOST_EXAMINED, Listing, Page, StateIndex, StateSummary, Total, TypeCount


@dataclass(frozen=True, slots=True)
class ResourceFilter:
    """Which resources a listing returns; an empty tuple filters nothing."""

    resource_types: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    account_ids: tuple[str, ...] = ()


def list_resources(states: StateIndex, wanted: ResourceFilter, page: Page) -> Listing[ManagedResource]:
    """Return one part of the resources; states without a wanted type are not read."""
    summaries = [(state, _wanted_types(state, wanted)) for state in states.states()]
    total = None if page.after else Total(sum(entry.count for _, types in summaries for entry in types))
    after = _Place.read(page.after or "")
    part = _Part(page.skipped, page.limit)
    for state, types in summaries:
        bucket, key = state.reference.bucket, state.reference.key
        here = (bucket or "", key)
        if not types or here < (after.bucket, after.key):
            continue
        address = after.address if here == (after.bucket, after.key) else ""
        for resource in states.resources_after(bucket, key, address):
            if not part.take(resource, fits=_is_wanted(resource, wanted)):
                return part.listing(total)
    return part.listing(total)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a resource stands in the listing of all."""

    bucket: str
    key: str
    address: str

    @classmethod
    def of(cls, resource: ManagedResource) -> str:
        return "\x00".join((resource.state.bucket or "", resource.state.key, resource.address))

    @classmethod
    def read(cls, text: str) -> "_Place":
        bucket, _, rest = text.partition("\x00")
        key, _, address = rest.partition("\x00")
        return cls(bucket, key, address)


class _Part:
    """A part of the resources while it is gathered."""

    def __init__(self, skip: int, limit: int) -> None:
        self._skip = skip
        self._limit = limit
        self._examined = 0
        self._fitting = 0
        self._found: list[ManagedResource] = []
        self._next: str | None = None

    def take(self, resource: ManagedResource, *, fits: bool) -> bool:
        """Take the next resource if it belongs to the part; False when the part is at its end."""
        if fits and len(self._found) == self._limit:
            self._next = _Place.of(self._found[-1])
            return False
        self._examined += 1
        if fits:
            self._fitting += 1
            if self._fitting > self._skip:
                self._found.append(resource)
        if self._examined < MOST_EXAMINED:
            return True
        self._next = _Place.of(resource)
        return False

    def listing(self, total: Total | None) -> Listing[ManagedResource]:
        places = tuple(_Place.of(resource) for resource in self._found)
        return Listing(tuple(self._found), places, total, self._next)


def _wanted_types(state: StateSummary, wanted: ResourceFilter) -> list[TypeCount]:
    return [entry for entry in state.types if _is_wanted(entry, wanted)]


def _is_wanted(entry: ManagedResource | TypeCount, wanted: ResourceFilter) -> bool:
    return (
        (not wanted.resource_types or entry.resource_type in wanted.resource_types)
        and (not wanted.providers or entry.provider in wanted.providers)
        and (not wanted.account_ids or entry.account_id in wanted.account_ids)
    )
