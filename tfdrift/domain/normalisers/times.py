"""Moments, in the ways in which CloudTrail writes them beside Terraform's."""

import re
from datetime import UTC, datetime

from tfdrift.domain.json_value import JsonValue
from tfdrift.domain.timestamps import InvalidTime, format_time, parse_time

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# ``Nov 1, 2022, 12:46:17 AM``: Java's medium form in English, with the narrow space of newer releases.
_IN_WORDS = re.compile(
    rf"({'|'.join(_MONTHS)}) (\d{{1,2}}), (\d{{4}}),? (\d{{1,2}}):(\d\d):(\d\d)[ \u202f]([AP])M", re.ASCII
)
_LAST_SECOND = 253_402_300_799
_HALF_DAY = 12


def moment(value: JsonValue) -> JsonValue:
    """Return words, RFC 3339 or seconds since 1970 as ``2022-11-01T00:46:17Z``, anything else as it is."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return value
    try:
        return format_time(_read(value))
    except (InvalidTime, ValueError):
        return value


def _read(value: str | float) -> datetime:
    if not isinstance(value, str):
        if not 0 < value <= _LAST_SECOND:
            raise InvalidTime(f"{value!r} is no number of seconds since 1970")
        return datetime.fromtimestamp(value, UTC)
    words = _IN_WORDS.fullmatch(value)
    if words is None:
        return parse_time(value)
    month, day, year, hour, minute, second, half = words.groups()
    hours = int(hour) % _HALF_DAY + (_HALF_DAY if half == "P" else 0)
    number = _MONTHS.index(month) + 1
    return datetime(int(year), number, int(day), hours, int(minute), int(second), tzinfo=UTC)
