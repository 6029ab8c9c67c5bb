"""Times as text of fixed width, which sorts as the times do."""

from datetime import UTC, datetime

END_OF_TIME = datetime.max.replace(tzinfo=UTC)


def to_sortable(moment: datetime) -> str:
    """Return ISO-8601 in UTC with six digits of fraction, so that text order is the order in time."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def end_of(moment: datetime) -> str:
    """Return the place in a listing, newest first, after which come that moment's entries and all before.

    An entry's place is its time and, after ``#``, what tells it from others of that time.
    """
    return f"{to_sortable(moment)}$"
