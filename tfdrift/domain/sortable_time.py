"""Times as text of fixed width, which sorts as the times do."""

from datetime import UTC, datetime


def to_sortable(moment: datetime) -> str:
    """Return ISO-8601 in UTC with six digits of fraction, so that text order is the order in time."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
