"""Query parameters of the listings: paging and filters, each fault answered with 400 and a code."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, TypeVar

from fastapi import Depends, Path, Query

from tfdrift.domain.drift import DriftStatus, Severity
from tfdrift.domain.feed_event import EventType
from tfdrift.domain.timestamps import InvalidTime, parse_time
from tfdrift.rest.envelope import ApiError
from tfdrift.rest.paging import Asked
from tfdrift.rest.shapes import MOMENT, TEXT, some_of, texts, whole_number
from tfdrift.service.ports import MOST_EXAMINED

MAX_LIMIT = 1000
DEFAULT_LIMIT = 50
_MAX_PAGE = 1_000_000
_MAX_VALUES = 100

Choice = TypeVar("Choice", bound=StrEnum)

PageParameter = Annotated[
    str | None, whole_number(MOST_EXAMINED), Query(alias="page", description="The page's number.")
]
LimitParameter = Annotated[
    str | None, whole_number(MAX_LIMIT), Query(alias="limit", description=f"Entries a part; {DEFAULT_LIMIT}.")
]
CursorParameter = Annotated[
    str | None,
    TEXT,
    Query(
        alias="cursor",
        description="The `next_cursor` of the part before, with the same filters, instead of a page. What is "
        "stored meanwhile neither moves nor repeats an entry.",
    ),
]
DriftId = Annotated[str, Path(description="A drift's `id`.", examples=["c508094a93c7f99d56f4-94feca7cda3a"])]
EventId = Annotated[
    str,
    Path(
        description="An event's `event_id`, URL-encoded.",
        examples=["drift:c508094a93c7f99d56f4-94feca7cda3a:111122223333:0f1c…"],
    ),
]
ResourceAddress = Annotated[
    str,
    Path(
        description="A resource's address as Terraform prints it, URL-encoded, slashes included.",
        examples=['module.web["a"].aws_instance.app[0]'],
    ),
]
_SEVERAL = Query(description="May be repeated, or hold several, comma separated.")
Repeated = Annotated[list[str] | None, texts(_MAX_VALUES), _SEVERAL]
Severities = Annotated[list[str] | None, some_of(Severity), _SEVERAL]
Statuses = Annotated[list[str] | None, some_of(DriftStatus), _SEVERAL]
EventTypes = Annotated[list[str] | None, some_of(EventType), _SEVERAL]
SinceParameter = Annotated[
    str | None,
    MOMENT,
    Query(description="ISO-8601 time; only what happened then or later. UTC without an offset."),
]


def asked_from(
    page: PageParameter = None, limit: LimitParameter = None, cursor: CursorParameter = None
) -> Asked:
    """Return the wanted part; a limit above 1000 is refused, so that nobody mistakes a part for the whole."""
    return Asked(
        limit=number_of("limit", limit, most=MAX_LIMIT) or DEFAULT_LIMIT,
        number=number_of("page", page, most=_MAX_PAGE),
        cursor=cursor.strip() if cursor and cursor.strip() else None,
    )


AskedDependency = Annotated[Asked, Depends(asked_from)]


def since_from(since: SinceParameter = None) -> datetime | None:
    """Return the time from which on entries are wanted."""
    return time_of("since", since)


SinceDependency = Annotated[datetime | None, Depends(since_from)]


def time_of(name: str, given: str | None) -> datetime | None:
    """Return the time that a parameter gives, None where it gives none."""
    if given is None or not given.strip():
        return None
    try:
        return parse_query_time(given.strip())
    except InvalidTime as error:
        raise ApiError(400, f"invalid_{name}", f"{name}: {error}") from error


def parse_query_time(text: str) -> datetime:
    """Return the time of a query's text; a plus sign that was left unescaped there arrives as a space.

    Raises InvalidTime.
    """
    return parse_time(_mend_offset(text))


def values_of(name: str, given: Sequence[str] | None) -> tuple[str, ...]:
    """Return the values of a parameter that may be repeated or comma separated."""
    values = [part.strip() for text in given or () for part in text.split(",") if part.strip()]
    if len(values) > _MAX_VALUES:
        raise ApiError(400, f"invalid_{name}", f"{name}: at most {_MAX_VALUES} values, got {len(values)}")
    return tuple(dict.fromkeys(values))


def choices_of(name: str, given: Sequence[str] | None, choices: type[Choice]) -> tuple[Choice, ...]:
    """Return the values of a parameter that knows only certain ones."""
    found = []
    for value in values_of(name, given):
        try:
            found.append(choices(value.lower()))
        except ValueError as error:
            known = ", ".join(choice.value for choice in choices)
            message = f"{name}: {value[:40]!r} is not one of {known}"
            raise ApiError(400, f"invalid_{name}", message) from error
    return tuple(dict.fromkeys(found))


def number_of(name: str, given: str | None, *, most: int) -> int | None:
    """Return a whole number from 1 to `most`, None where none is given."""
    if given is None or not given.strip():
        return None
    text = given.strip()
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    if not 1 <= number <= most:
        raise ApiError(
            400, f"invalid_{name}", f"{name}: expected a number from 1 to {most}, got {given[:20]!r}"
        )
    return number


def _mend_offset(text: str) -> str:
    head, separator, offset = text.rpartition(" ")
    is_offset = len(offset) in {4, 5} and offset.replace(":", "").isdigit() and "T" in head
    return f"{head}+{offset}" if separator and is_offset else text
