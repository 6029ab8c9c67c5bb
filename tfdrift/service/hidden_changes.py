"""What the ignore rules hid: the drifts that would have been, each with the rule that hid it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.domain.drift import DriftRecord
from tfdrift.domain.drift_json import drift_to_json
from tfdrift.domain.ignore_rules import IgnoreRule
from tfdrift.domain.json_value import JsonObject
from tfdrift.domain.lifecycle import drift_of
from tfdrift.service.assess_call import Assessment


@dataclass(frozen=True, slots=True)
class HiddenChange:
    """A change that a rule hid, as the drift that it would have been; secrets are fingerprints here too."""

    drift: DriftRecord
    rule: IgnoreRule


def hidden_changes(
    record: CloudTrailRecord, assessment: Assessment, detected_at: datetime
) -> Iterable[HiddenChange]:
    """Yield what the rules hid of a call, returns to Terraform's own value included."""
    for entry in assessment.ignored:
        drift = drift_of(entry.finding, record, assessment.origin, detected_at)
        yield HiddenChange(drift, entry.rule)


def hidden_change_to_json(change: HiddenChange) -> JsonObject:
    """Return a hidden change in the shape of a drift; `ignored_by` is the rule, its line counted from 1."""
    rule: JsonObject = {"line": change.rule.line, "rule": change.rule.text}
    return {**drift_to_json(change.drift), "ignored_by": rule}
