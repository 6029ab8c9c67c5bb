"""Sessions as REST answers them: who did what, from where and when, in brief."""

from collections.abc import Iterable

from pydantic import BaseModel, Field

from tfdrift.domain.json_value import JsonObject, JsonValue
from tfdrift.domain.sessions import Session
from tfdrift.domain.timestamps import format_time
from tfdrift.rest.event_briefs import EventBriefModel, event_brief
from tfdrift.rest.shapes import Moment
from tfdrift.service.timeline import TimelineEntry


class TouchedModel(BaseModel):
    """A resource that something was done to."""

    account_id: str | None
    region: str | None
    resource_type: str
    resource_id: str


class SessionModel(BaseModel):
    """What one principal did without a pause of more than 30 minutes."""

    principal: str | None = Field(
        description="The caller's ARN, with the session's name for roles; null for what nobody is known to "
        "have done, which is together by kind and account."
    )
    user_name: str | None
    session_name: str | None
    account_id: str | None = Field(description="The account that owns the caller.")
    origins: list[str] = Field(description="By what means, newest first.")
    source_ips: list[str] = Field(description="From where, newest first.")
    first_at: Moment
    last_at: Moment
    severities: dict[str, int] = Field(description="How many events have which severity, gravest first.")
    resources: list[TouchedModel]
    events: list[EventBriefModel] = Field(description="Newest first.")
    continues: bool = Field(description="Whether earlier events of it may stand in the next part.")


def session_json(entry: TimelineEntry) -> JsonObject:
    """Return a session of the timeline."""
    session, actor = entry.session, entry.session.actor
    actors = [event.actor for event in session.events if event.actor is not None]
    return {
        "principal": None if actor is None else actor.principal,
        "user_name": None if actor is None else actor.user_name,
        "session_name": None if actor is None else actor.session_name,
        "account_id": None if actor is None else actor.account_id,
        "origins": _distinct(None if each.origin is None else each.origin.value for each in actors),
        "source_ips": _distinct(each.source_ip for each in actors),
        "first_at": format_time(session.first_at),
        "last_at": format_time(session.last_at),
        "severities": {**session.severities},
        "resources": _resources(session),
        "events": [event_brief(event) for event in session.events],
        "continues": entry.continues,
    }


def _distinct(values: Iterable[str | None]) -> list[JsonValue]:
    return [*dict.fromkeys(value for value in values if value is not None)]


def _resources(session: Session) -> list[JsonValue]:
    touched = dict.fromkeys(
        (event.account_id, event.region, event.resource_type, event.resource_id)
        for event in session.events
        if event.resource_type is not None and event.resource_id is not None
    )
    return [dict(zip(TouchedModel.model_fields, each, strict=True)) for each in touched]
