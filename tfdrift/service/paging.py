"""Parts of listings whose entries are all at hand."""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import TypeVar

from tfdrift.service.ports import Listing, Page, Total

Entry = TypeVar("Entry")


def part_of(
    entries: Iterable[Entry], page: Page, place: Callable[[Entry], str], *, newest_first: bool = False
) -> Listing[Entry]:
    """Return one part of some entries in the order of their places, of which no two are alike."""
    ordered = sorted(entries, key=place, reverse=newest_first)
    start = page.skipped
    if page.after is not None:
        start = sum(_is_seen(place(entry), page.after, newest_first=newest_first) for entry in ordered)
    shown = tuple(ordered[start : start + page.limit])
    places = tuple(place(entry) for entry in shown)
    return Listing(
        items=shown,
        places=places,
        total=Total(len(ordered)) if page.after is None else None,
        next=places[-1] if start + len(shown) < len(ordered) and shown else None,
    )


def part_in_turn(entries: Iterable[Entry], page: Page, place: Callable[[Entry], str]) -> Listing[Entry]:
    """Return one part of entries that come one by one, after the page's place already.

    The total is known where the end is reached.
    """
    skip = page.skipped
    taken = list(islice(entries, skip + page.limit + 1))
    shown, more = taken[skip : skip + page.limit], len(taken) > skip + page.limit
    places = tuple(place(entry) for entry in shown)
    return Listing(
        items=tuple(shown),
        places=places,
        total=None if more or page.after is not None else Total(len(taken)),
        next=places[-1] if more else None,
    )


def _is_seen(place: str, after: str, *, newest_first: bool) -> bool:
    return place >= after if newest_first else place <= after
