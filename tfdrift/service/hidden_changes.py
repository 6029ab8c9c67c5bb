"""Tells what the ignore rules hid of a call."""

from collections.abc import Iterator
from datetime import datetime

from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.domain.hidden_change import HiddenChange
from tfdrift.domain.lifecycle import drift_of
from tfdrift.service.assess_call import Assessment


def hidden_changes(
    record: CloudTrailRecord, assessment: Assessment, detected_at: datetime
) -> Iterator[HiddenChange]:
    """Yield what the rules hid of a call, returns to Terraform's own value included."""
    for entry in assessment.ignored:
        drift = drift_of(entry.finding, record, assessment.origin, detected_at)
        yield HiddenChange(drift, entry.rule.line, entry.rule.text)
