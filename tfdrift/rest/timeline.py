"""REST: who did what, session by session."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from tfdrift.domain.feed_event import FeedEvent
from tfdrift.domain.json_value import JsonObject, JsonValue
from tfdrift.domain.sessions import Session
from tfdrift.domain.sortable_time import END_OF_TIME, end_of
from tfdrift.domain.timestamps import format_time
from tfdrift.rest.conditional import ConditionalRoute
from tfdrift.rest.dependencies import ServicesDependency
from tfdrift.rest.envelope import EnvelopeResponse, Success, success
from tfdrift.rest.event_briefs import EventBriefModel, event_brief
from tfdrift.rest.paging import Asked, Question
from tfdrift.rest.parameters import (
    CursorParameter,
    Repeated,
    SinceDependency,
    asked_from,
    number_of,
    time_of,
    values_of,
)
from tfdrift.rest.shapes import MOMENT, TEXT, Moment, whole_number
from tfdrift.service.ports import EventFilter
from tfdrift.service.timeline import TimelineEntry, timeline_of

MOST_EVENTS = 500
_EVENTS = 100


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


class TimelineModel(BaseModel):
    """One part of the timeline."""

    items: list[SessionModel] = Field(description="The sessions, that with the newest event first.")
    limit: int
    next_cursor: str | None = Field(description="The `cursor` of the part that follows; null at the end.")


def events_from(
    limit: Annotated[
        str | None, whole_number(MOST_EVENTS), Query(alias="limit", description=f"Events a part; {_EVENTS}.")
    ] = None,
    cursor: CursorParameter = None,
) -> Asked:
    """Return which part of the events is wanted."""
    number_of("limit", limit, most=MOST_EVENTS)
    return asked_from(None, limit or str(_EVENTS), cursor)


def until_from(
    until: Annotated[
        str | None,
        MOMENT,
        Query(description="ISO-8601 time; only what happened then or before. UTC without an offset."),
    ] = None,
) -> datetime:
    """Return the time up to which events are wanted."""
    return time_of("until", until) or END_OF_TIME


router = APIRouter(prefix="/api/v1/timeline", tags=["timeline"], route_class=ConditionalRoute)


@router.get("", response_model=Success[TimelineModel])
def get_timeline(
    services: ServicesDependency,
    asked: Annotated[Asked, Depends(events_from)],
    since: SinceDependency,
    until: Annotated[datetime, Depends(until_from)],
    account_id: Repeated = None,
    principal: Annotated[
        str | None,
        TEXT,
        Query(
            description="A session's `principal`, exactly.",
            examples=["arn:aws:sts::111122223333:assumed-role/Admin/alice"],
        ),
    ] = None,
) -> EnvelopeResponse:
    """Tell who did what: the events, newest first, put together by the sessions of who did them.

    A part holds `limit` events. A session that the end of a part may cut `continues`: what the next part has
    of the same principal within 30 minutes of its oldest event belongs to it.
    """
    wanted = EventFilter(
        account_ids=values_of("account_id", account_id), since=since, principal=principal or None
    )
    question = Question("timeline", (wanted, until))
    page = question.page(asked)
    listing = services.events.find(wanted, replace(page, after=page.after or end_of(until)))
    # The most that an event can add to an answer is a session of its own.
    fitting, next_cursor = question.fitting(asked, listing, _alone)
    entries = timeline_of(listing.items[: len(fitting)], is_end=next_cursor is None)
    return success({"items": [*map(_session, entries)], "limit": asked.limit, "next_cursor": next_cursor})


def _alone(event: FeedEvent) -> JsonObject:
    return _session(TimelineEntry(Session((event,)), continues=False))


def _session(entry: TimelineEntry) -> JsonObject:
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
