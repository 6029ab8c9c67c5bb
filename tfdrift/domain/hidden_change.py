"""A change that an ignore rule hid: the drift that it would have been, and the rule."""

from dataclasses import dataclass

from tfdrift.domain.drift import DriftRecord
from tfdrift.domain.drift_json import InvalidDrift, drift_from_json, drift_to_json
from tfdrift.domain.json_value import JsonObject


@dataclass(frozen=True, slots=True)
class HiddenChange:
    """A hidden change; secrets are fingerprints here too.

    `line` is the rule's place among the rules, counted from 1, and `rule` its text: the rules may be others
    by the time somebody reads it.
    """

    drift: DriftRecord
    line: int
    rule: str

    @property
    def key(self) -> str:
        """What tells it from others: the account, the call and the attribute."""
        return f"{self.drift.account_id}:{self.drift.cause.event_id}:{self.drift.id}"


def hidden_change_to_json(change: HiddenChange) -> JsonObject:
    """Return a hidden change in the shape of a drift, with the rule as `ignored_by`."""
    rule: JsonObject = {"line": change.line, "rule": change.rule}
    return {**drift_to_json(change.drift), "ignored_by": rule}


def hidden_change_from_json(obj: JsonObject) -> HiddenChange:
    """Return the change that `hidden_change_to_json` wrote; ValueError names a field that is wrong."""
    match obj.get("ignored_by"):
        case {"line": int(line), "rule": str(rule)}:
            return HiddenChange(drift_from_json(obj), line, rule)
        case _:
            raise InvalidDrift("field 'ignored_by' does not name a rule")
