"""Reads a Falco alert, as http_output and Falcosidekick post it, and makes it an event of the feed."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from tfdrift.domain.cloudtrail_identity import account_text
from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.domain.drift import Severity
from tfdrift.domain.falco_cloudtrail import SourcesOf, record_of_fields
from tfdrift.domain.feed_event import EventType, FeedEvent
from tfdrift.domain.json_reading import InvalidJson, checked, digest, list_at, object_at, text_at
from tfdrift.domain.json_value import JsonObject, JsonValue
from tfdrift.domain.timestamps import InvalidTime, format_time, parse_time

# https://falco.org/docs/concepts/rules/basic-elements/#priority
_SEVERITIES = {
    "emergency": Severity.CRITICAL,
    "alert": Severity.CRITICAL,
    "critical": Severity.CRITICAL,
    "error": Severity.HIGH,
    "warning": Severity.MEDIUM,
    "notice": Severity.LOW,
    "informational": Severity.INFO,
    "info": Severity.INFO,
    "debug": Severity.INFO,
}

PRIORITIES = tuple(name.capitalize() for name in _SEVERITIES if name != "info")
"""Falco's priorities as it writes them, gravest first."""

_ABSENT = "<NA>"
_FRACTION = re.compile(r"[.,](\d+)")


class InvalidAlert(ValueError):  # noqa: N818 - names what was found; not a failure of this program
    """The object is no usable Falco alert; the text names the field and what was wrong with it."""


@dataclass(frozen=True, slots=True)
class FalcoAlert:
    """One alert of a Falco rule.

    Source: https://falco.org/docs/concepts/outputs/channels/#http-https-output

    `event_id` is a hash of the content, so that a second delivery is recognised. `time` is the event's moment
    in UTC and `time_text` the same with all its digits (Falco writes nanoseconds); both are None where the
    alert has none. `output_fields` holds only fields that have a value: null and ``<NA>`` are left out.
    """

    event_id: str
    rule: str
    priority: str
    severity: Severity
    output: str
    source: str
    hostname: str | None
    tags: tuple[str, ...]
    time: datetime | None
    time_text: str | None
    output_fields: JsonObject

    @property
    def container_id(self) -> str | None:
        """The container that the alert is about; None for the host and for other sources than syscalls."""
        return text_at(self.output_fields, "container.id")


def parse_alert(obj: object) -> FalcoAlert:
    """Return what a decoded alert says.

    Raises
    ------
    InvalidAlert
        Where the rule is missing, the priority is none of Falco's, or the time is no time.
    """
    alert = _object(obj)
    rule = text_at(alert, "rule")
    if rule is None:
        raise InvalidAlert("rule: missing or not a text")
    priority = _priority(alert)
    time, time_text = _time(alert)
    fields = _present(object_at(alert, "output_fields"))
    return FalcoAlert(
        event_id=f"falco:{digest(_content(alert, time_text, fields))}",
        rule=rule,
        priority=priority.capitalize(),
        severity=_SEVERITIES[priority],
        output=text_at(alert, "output") or rule,
        source=text_at(alert, "source") or "syscall",
        hostname=text_at(alert, "hostname"),
        tags=tuple(tag for tag in list_at(alert, "tags") if isinstance(tag, str)),
        time=time,
        time_text=time_text,
        output_fields=fields,
    )


def alert_event(alert: FalcoAlert, detected_at: datetime) -> FeedEvent:
    """Return the alert as an event of the feed.

    An alert without a time of its own happened, as far as anybody knows, when it was detected.
    """
    moment = alert.time or detected_at.astimezone(UTC)
    fields = alert.output_fields
    account = text_at(fields, "ct.recipientaccountid") or account_text(fields.get("ct.user.accountid"))
    payload: JsonObject = {
        "severity": alert.severity.value,
        "rule": alert.rule,
        "output": alert.output,
        "container_id": alert.container_id,
        "priority": alert.priority,
        "source": alert.source,
        "timestamp": alert.time_text or format_time(moment),
        "detected_at": format_time(detected_at),
        "hostname": alert.hostname,
        "tags": list(alert.tags),
        "output_fields": alert.output_fields,
        "event_id": alert.event_id,
    }
    return FeedEvent(
        event_id=alert.event_id,
        type=EventType.FALCO,
        timestamp=moment,
        payload=payload,
        severity=alert.severity.value,
        account_id=account,
    )


def cloudtrail_evidence(alert: FalcoAlert, *, sources_of: SourcesOf | None = None) -> CloudTrailRecord | None:
    """Return the CloudTrail record that an alert of Falco's cloudtrail plugin tells of, or None.

    Falco returns only the fields that the rule's output names; see `record_of_fields` for those needed.
    ``ct.id`` is the CloudTrail eventID, so that the same call has one identity whichever way it arrives;
    without it the id is the alert's own, and the call's other arrival cannot be recognised.

    Parameters
    ----------
    alert
        Any alert; one that is not of the source ``aws_cloudtrail`` is no evidence.
    sources_of
        Returns the event sources that have an operation of a name, for alerts that name no service.
    """
    if alert.source != "aws_cloudtrail":
        return None
    return record_of_fields(
        alert.output_fields,
        fallback_id=alert.event_id.replace(":", "-"),
        fallback_time=alert.time_text,
        sources_of=sources_of,
    )


def _object(obj: object) -> JsonObject:
    if not isinstance(obj, dict):
        raise InvalidAlert("a Falco alert is a JSON object")
    try:
        value = checked(obj)
    except InvalidJson as error:
        raise InvalidAlert(str(error)) from error
    return value if isinstance(value, dict) else {}


def _priority(alert: JsonObject) -> str:
    value = alert.get("priority")
    priority = value.strip().lower() if isinstance(value, str) else ""
    if priority not in _SEVERITIES:
        raise InvalidAlert(f"priority: {value!r:.60} is none of Falco's")
    return "informational" if priority == "info" else priority


def _time(alert: JsonObject) -> tuple[datetime | None, str | None]:
    text = text_at(alert, "time")
    if text is None:
        return None, None
    try:
        moment = parse_time(text)
    except InvalidTime as error:
        raise InvalidAlert(f"time: {error}") from error
    return moment, _exact(text.strip(), moment)


def _exact(text: str, moment: datetime) -> str:
    """Return a moment in UTC with all digits that its text has."""
    fraction = _FRACTION.search(text)
    digits = f".{fraction[1]}" if fraction else ""
    return f"{moment.isoformat(timespec='seconds')[:19]}{digits}Z"


def _present(fields: JsonObject) -> JsonObject:
    return {name: value for name, value in fields.items() if value is not None and value != _ABSENT}


def _content(alert: JsonObject, time_text: str | None, fields: JsonObject) -> JsonValue:
    """Return what makes two alerts the same, whether Falco posts them or a forwarder does.

    A forwarder adds fields (``uuid``), writes the time without its last zeros, and rounds ``evt.time``.
    """
    kept: JsonObject = {
        name: alert.get(name) for name in ("rule", "priority", "output", "source", "hostname")
    }
    if time_text is None:
        return {**kept, "output_fields": fields}
    exact = {name: value for name, value in fields.items() if not name.startswith("evt.time")}
    return {**kept, "time": _without_last_zeros(time_text), "output_fields": exact}


def _without_last_zeros(time_text: str) -> str:
    seconds, point, fraction = time_text.rstrip("Z").partition(".")
    return f"{seconds}{point}{fraction.rstrip('0')}".rstrip(".")
