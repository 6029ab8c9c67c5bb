"""Walks through all drifts that a filter lets pass, page by page."""

from collections.abc import Iterator

from tfdrift.domain.drift import DriftRecord
from tfdrift.service.ports import DriftFilter, DriftRepository, Page

_PAGE = 1000


def every_drift(drifts: DriftRepository, wanted: DriftFilter) -> Iterator[DriftRecord]:
    """Yield the drifts, newest first, as far as listings show them: they lag behind writes."""
    number = 1
    while True:
        listing = drifts.find(wanted, Page(number, _PAGE))
        yield from listing.items
        if not listing.items or number * _PAGE >= listing.total:
            return
        number += 1
