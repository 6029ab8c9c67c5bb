"""Decides what a CloudTrail record means for the resources that Terraform manages."""

from collections.abc import Sequence

from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.domain.finding import (
    CurrentValues,
    Detection,
    DetectionOutcome,
    Finding,
    Lookup,
    StateValues,
)
from tfdrift.domain.mapping import EventMapping

__all__ = [
    "CurrentValues",
    "Detection",
    "DetectionOutcome",
    "Finding",
    "Lookup",
    "StateValues",
    "detect",
]


def detect(
    record: CloudTrailRecord,
    mappings: Sequence[EventMapping],
    lookup: Lookup,
    current: CurrentValues,
) -> Detection:
    """Return what a record changed; never raises, whatever the record holds.

    Failed calls and dry runs are not drift (decision 3), nor are read-only ones. An event without a mapping
    that names a managed resource is a finding of fidelity ``event_only`` (decision 8).

    Parameters
    ----------
    record
        The call.
    mappings
        The catalog's rows for the call's source and name.
    lookup
        The state index.
    current
        What AWS is known to have where a drift is open.
    """
    if record.error_code is not None:
        return Detection(DetectionOutcome.FAILED)
    if record.read_only:
        return Detection(DetectionOutcome.READ_ONLY)
    return Detection(DetectionOutcome.UNMAPPED)
