"""The classes of a replay's summary, one of which each record is in."""

CLASSES = (
    "duplicates",
    "failed",
    "read_only",
    "not_api_calls",
    "not_a_change",
    "terraform",
    "unmapped",
    "no_managed_resource",
    "ignored_records",
    "finding_records",
)
