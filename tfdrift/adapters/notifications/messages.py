"""Errands as the text of queue messages, and the way back."""

import json
from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict, JsonValue

from tfdrift.domain.drift import Severity
from tfdrift.domain.feed_event import EventType
from tfdrift.domain.notification import Notification, ToldEvent
from tfdrift.service.notify import Errand


class _Event(BaseModel):
    model_config = ConfigDict(extra="forbid")

    event_id: str
    type: EventType
    severity: Severity
    payload: dict[str, JsonValue]


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid")

    target: str
    sent_at: AwareDatetime
    not_before: AwareDatetime | None
    events: list[_Event]


def errand_to_text(errand: Errand) -> str:
    """Return an errand as JSON."""
    return json.dumps(
        {
            "target": errand.target,
            "sent_at": errand.sent_at.isoformat(),
            "not_before": _isoformat(errand.not_before),
            "events": [event_to_json(event) for event in errand.notification.events],
        },
        separators=(",", ":"),
    )


def event_to_json(event: ToldEvent) -> dict[str, object]:
    """Return an event as it stands in messages and in the webhook's requests."""
    return {
        "event_id": event.event_id,
        "type": event.type.value,
        "severity": event.severity.value,
        "payload": event.payload,
    }


def errand_of_text(text: str) -> Errand:
    """Return the errand of a message; raises ValueError (pydantic's own) for any other text."""
    message = _Message.model_validate_json(text)
    events = tuple(
        ToldEvent(event.event_id, event.type, event.severity, event.payload) for event in message.events
    )
    if not events:
        raise ValueError("the message names no event")
    return Errand(message.target, Notification(events), message.sent_at, message.not_before)


def _isoformat(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
