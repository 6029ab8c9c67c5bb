"""Reads the times that CloudTrail, Falco and EventBridge write, and writes the product's own, all in UTC."""

import re
from datetime import UTC, datetime

# The form of nearly every record; Python reads it at once, with `UTC` for the zone.
_CLOUDTRAIL_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_TIME = re.compile(
    r"(?P<seconds>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(?:[.,](?P<fraction>\d{1,12}))?"
    r" ?(?P<zone>[Zz]|UTC|[+-]\d\d:?\d\d)?",
    re.ASCII,
)


class InvalidTime(ValueError):  # noqa: N818 - names what was found
    """The text is no date and time."""


def parse_time(text: str) -> datetime:
    """Return the moment that an ISO 8601 text names, in UTC.

    A time without zone is UTC, as CloudTrail's are; Falco writes nanoseconds, of which microseconds are kept.

    Raises
    ------
    InvalidTime
        Where the text is of another form or names no moment (month 13, the 30th of February).
    """
    if _CLOUDTRAIL_TIME.fullmatch(text):
        try:
            return datetime.fromisoformat(text)
        except ValueError as error:
            raise InvalidTime(f"{text[:40]!r} names no moment") from error
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise InvalidTime(f"{text[:40]!r} is not a time such as 2025-01-15T10:00:00Z")
    fraction = (match["fraction"] or "0")[:6].ljust(6, "0")
    try:
        moment = datetime.fromisoformat(f"{match['seconds']}.{fraction}{_zone(match['zone'])}")
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidTime(f"{text[:40]!r} names no moment") from error


def format_time(moment: datetime) -> str:
    """Return a moment as ``2025-01-15T10:00:00Z``, with the fraction of a second only where there is one."""
    return moment.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"


def _zone(zone: str | None) -> str:
    return "+00:00" if zone is None or zone in {"Z", "z", "UTC"} else zone
