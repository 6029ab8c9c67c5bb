"""Parts of listings as REST asks for and answers them: numbered pages, or cursors."""

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from tfdrift.domain.json_value import JsonObject, JsonValue
from tfdrift.rest.envelope import LARGEST_ANSWER, ApiError, render_json, size_in_function_answer
from tfdrift.service.ports import MOST_EXAMINED, Listing, Page

Item = TypeVar("Item")

_ENVELOPE = 20_000
_LONGEST_CURSOR = 4096
_LONGEST_PLACE = 1024
_MARK_LENGTH = 12


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part a request asks for: a cursor, or the number of a page (the first if it names neither)."""

    limit: int
    number: int | None = None
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A listing with its filter: a cursor of one question is refused by another.

    `wanted` is the filter, whose text tells it from others.
    """

    name: str
    wanted: object = None

    def page(self, asked: Asked) -> Page:
        """Return the part that is asked for; raises ApiError for a cursor of another question or of none."""
        if asked.cursor is not None:
            if asked.number is not None:
                raise ApiError(400, "invalid_cursor", "cursor: give a cursor or a page, not both")
            return Page(1, asked.limit, self._place(asked.cursor))
        number = asked.number or 1
        if number > 1 and number * asked.limit > MOST_EXAMINED:
            message = f"page: pages reach to entry {MOST_EXAMINED}; follow next_cursor to go beyond"
            raise ApiError(400, "invalid_page", message)
        return Page(number, asked.limit)

    def answer(
        self, asked: Asked, listing: Listing[Item], render: Callable[[Item], JsonObject]
    ) -> JsonObject:
        """Return the part as REST answers it; raises ApiError as `fitting` does."""
        items, next_cursor = self.fitting(asked, listing, render)
        return {
            "items": items,
            "total": None if listing.total is None else listing.total.number,
            "total_is_exact": listing.total is not None and listing.total.is_exact,
            "page": None if asked.cursor is not None else asked.number or 1,
            "limit": asked.limit,
            "next_cursor": next_cursor,
        }

    def fitting(
        self, asked: Asked, listing: Listing[Item], render: Callable[[Item], JsonObject]
    ) -> tuple[list[JsonValue], str | None]:
        """Return the part's entries as far as an answer can hold them, and the cursor of what follows.

        Raises ApiError where it cannot hold all of a numbered page: the next one could not begin there.
        """
        items = _fitting([render(item) for item in listing.items])
        place = listing.next
        if len(items) < len(listing.items):
            self._refuse_numbered(asked, len(items))
            place = listing.places[len(items) - 1]
        return items, None if place is None else self._cursor(place)

    def _refuse_numbered(self, asked: Asked, fitting: int) -> None:
        if asked.number is not None:
            message = (
                f"limit: an answer cannot hold {asked.limit} entries of page {asked.number}, but {fitting}; "
                "ask for fewer, or leave page out and follow next_cursor"
            )
            raise ApiError(400, "invalid_limit", message)

    def _mark(self) -> str:
        return hashlib.sha256(f"{self.name}\x00{self.wanted!r}".encode()).hexdigest()[:_MARK_LENGTH]

    def _cursor(self, place: str) -> str:
        text = json.dumps([self._mark(), place])
        return base64.urlsafe_b64encode(text.encode("ascii")).decode("ascii").rstrip("=")

    def _place(self, cursor: str) -> str:
        try:
            mark, place = _decoded(cursor)
        except (ValueError, TypeError, RecursionError) as error:
            raise ApiError(400, "invalid_cursor", "cursor: this is no cursor of TFDrift's") from error
        if mark != self._mark():
            message = "cursor: it belongs to another listing or other filters; begin again without it"
            raise ApiError(400, "invalid_cursor", message)
        return place


def _fitting(rendered: list[JsonObject]) -> list[JsonValue]:
    """Return as many of the entries, one at least, as an answer can hold."""
    items: list[JsonValue] = []
    room = LARGEST_ANSWER - _ENVELOPE
    for item in rendered:
        room -= size_in_function_answer(render_json(item)) + 1
        if room < 0 and items:
            break
        items.append(item)
    return items


def _decoded(cursor: str) -> tuple[str, str]:
    """Return the mark and the place of a cursor; raises ValueError or TypeError for any other text."""
    if len(cursor) > _LONGEST_CURSOR:
        raise ValueError("it is too long")
    padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
    mark, place = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    if not isinstance(place, str) or not 0 < len(place.encode("utf-8", "surrogatepass")) <= _LONGEST_PLACE:
        raise ValueError("it holds no place")
    return mark, place
