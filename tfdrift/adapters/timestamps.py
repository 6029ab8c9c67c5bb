"""Times as text: the form that clients see, and one of fixed width that sorts as the times do."""

from datetime import UTC, datetime


def to_text(moment: datetime) -> str:
    """Return ISO-8601 in UTC with ``Z``; a fraction of a second is kept if there is one."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def to_sortable(moment: datetime) -> str:
    """Return ISO-8601 in UTC with six digits of fraction, so that text order is the order in time."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def from_text(text: str) -> datetime:
    """Return the time that `to_text` or `to_sortable` wrote; raises ValueError for other text."""
    return datetime.fromisoformat(text).astimezone(UTC)
