"""REST: who did what, session by session."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from tfdrift.domain.feed_event import FeedEvent
from tfdrift.domain.json_value import JsonObject
from tfdrift.domain.sessions import Session
from tfdrift.domain.sortable_time import END_OF_TIME, end_of
from tfdrift.rest.conditional import ConditionalRoute
from tfdrift.rest.dependencies import ServicesDependency
from tfdrift.rest.envelope import EnvelopeResponse, Success, success
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
from tfdrift.rest.sessions import SessionModel, session_json
from tfdrift.rest.shapes import MOMENT, TEXT, whole_number
from tfdrift.service.ports import EventFilter
from tfdrift.service.timeline import TimelineEntry, timeline_of

MOST_EVENTS = 500
_EVENTS = 100


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
    return replace(asked_from(cursor=cursor), limit=number_of("limit", limit, most=MOST_EVENTS) or _EVENTS)


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
    return success({"items": [*map(session_json, entries)], "limit": asked.limit, "next_cursor": next_cursor})


def _alone(event: FeedEvent) -> JsonObject:
    return session_json(TimelineEntry(Session((event,)), continues=False))
