"""A CloudTrail record as JSON text, for the calls that wait in storage."""

from dataclasses import asdict
from typing import Any

from tfdrift.adapters.json_text import dumps, loads_object
from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.domain.identity import UserIdentity
from tfdrift.domain.timestamps import format_time, parse_time


def record_to_text(record: CloudTrailRecord) -> str:
    """Return the record as JSON text."""
    fields = asdict(record)
    fields["event_time"] = format_time(record.event_time)
    fields["resource_arns"] = list(record.resource_arns)
    return dumps(fields)


def record_from_text(text: str) -> CloudTrailRecord:
    """Return the record that `record_to_text` wrote."""
    fields: dict[str, Any] = dict(loads_object(text))
    fields["event_time"] = parse_time(fields["event_time"])
    fields["identity"] = UserIdentity(**fields["identity"])
    fields["resource_arns"] = tuple(fields["resource_arns"])
    return CloudTrailRecord(**fields)
