"""Walks through all entries of a listing, part by part."""

from collections.abc import Callable, Iterator
from typing import TypeVar

from tfdrift.domain.drift import DriftRecord
from tfdrift.service.ports import DriftFilter, DriftRepository, Listing, Page

Entry = TypeVar("Entry")

_PART = 1000


def every_drift(drifts: DriftRepository, wanted: DriftFilter) -> Iterator[DriftRecord]:
    """Yield the drifts, newest first, as far as listings show them: they lag behind writes."""
    return every_entry(lambda page: drifts.find(wanted, page), _PART)


def every_entry(
    part: Callable[[Page], Listing[Entry]], limit: int, after: str | None = None
) -> Iterator[Entry]:
    """Yield all entries of a listing after a place, reading `limit` at a time as they are asked for."""
    while True:
        listing = part(Page(1, limit, after))
        yield from listing.items
        if listing.next is None:
            return
        after = listing.next
