"""Events as notifications tell of them."""

from typing import Any

from tests.support.lifecycle_samples import drift
from tfdrift.domain.drift import DriftRecord, Severity
from tfdrift.domain.drift_json import drift_to_json
from tfdrift.domain.feed_event import EventType
from tfdrift.domain.notification import Notification, ToldEvent

ALERT: dict[str, Any] = {
    "rule": "Terminal shell in container",
    "output": "A shell <!channel> was opened & used",
    "hostname": "node-1",
    "container_id": "3ad7b26ded6d",
    "timestamp": "2025-01-15T12:00:00Z",
}


def told(record: DriftRecord, event_id: str | None = None) -> ToldEvent:
    """Return the event of a drift."""
    return ToldEvent(event_id or f"e-{record.id}", EventType.DRIFT, record.severity, drift_to_json(record))


def told_drift(attribute: str = "ingress", resource_id: str = "sg-1", **changes: Any) -> ToldEvent:
    """Return the event of a drift of a security group."""
    return told(drift(attribute, resource_id, **changes))


def told_alert(severity: Severity = Severity.HIGH, **changes: Any) -> ToldEvent:
    """Return the event of a Falco alert."""
    return ToldEvent("falco-1", EventType.FALCO, severity, {**ALERT, **changes})


def notification(*events: ToldEvent) -> Notification:
    """Return a notification of some events, of one drift if none is given."""
    return Notification(events or (told_drift(),))
