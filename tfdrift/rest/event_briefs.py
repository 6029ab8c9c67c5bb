"""Events in brief, for answers that hold many: who did what to which resource."""

from typing import Literal

from pydantic import BaseModel, Field

from tfdrift.domain.feed_event import EventType, FeedEvent
from tfdrift.domain.json_reading import object_at
from tfdrift.domain.json_value import JsonObject, JsonValue
from tfdrift.domain.timestamps import format_time
from tfdrift.rest.shapes import Moment

_FIELDS = {
    EventType.DRIFT: ("id", "transition", "status", "change_type", "attribute", "resource_address"),
    EventType.FALCO: ("rule", "priority", "hostname", "container_id"),
    EventType.STATE_CHANGE: ("action", "resource", "serial"),
}


class EventBriefModel(BaseModel):
    """One event in brief; `GET /api/v1/events/{event_id}` has its whole payload."""

    event_id: str
    type: Literal["drift", "falco", "state_change"]
    timestamp: Moment
    severity: Literal["critical", "high", "medium", "low", "info"] | None
    account_id: str | None
    region: str | None
    resource_type: str | None
    resource_id: str | None
    principal: str | None = Field(description="Who did it: the ARN, with the session's name for roles.")
    user_name: str | None
    event_name: str | None = Field(description="Of a drift, the API call that made it.")
    about: dict[str, str | int | None] = Field(
        description="Of a drift `id`, `transition`, `status`, `change_type`, `attribute` and "
        "`resource_address`; of an alert `rule`, `priority`, `hostname` and `container_id`; of a state "
        "change `action`, `resource` and `serial`."
    )


def event_brief(event: FeedEvent) -> JsonObject:
    """Return an event in brief."""
    actor = event.actor
    return {
        "event_id": event.event_id,
        "type": event.type.value,
        "timestamp": format_time(event.timestamp),
        "severity": event.severity,
        "account_id": event.account_id,
        "region": event.region,
        "resource_type": event.resource_type,
        "resource_id": event.resource_id,
        "principal": None if actor is None else actor.principal,
        "user_name": None if actor is None else actor.user_name,
        "event_name": _event_name(event),
        "about": {name: _plain(event.payload.get(name)) for name in _FIELDS[event.type]},
    }


def _event_name(event: FeedEvent) -> JsonValue:
    return _plain(object_at(event.payload, "cause").get("event_name"))


def _plain(value: JsonValue) -> JsonValue:
    """Return a text or a number; a payload that was shortened may hold something else in its place."""
    return value if isinstance(value, str | int) and not isinstance(value, bool) else None
