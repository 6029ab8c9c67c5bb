"""REST: the events of the feed, as the stream delivered them."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends

from tfdrift.domain.drift import Severity
from tfdrift.domain.feed_event import EventType
from tfdrift.rest.dependencies import ServicesDependency
from tfdrift.rest.envelope import ApiError, EnvelopeResponse, Listing, Success, success
from tfdrift.rest.models import EventModel
from tfdrift.rest.parameters import Repeated, choices_of, page_from, since_from, values_of
from tfdrift.rest.rendering import event_json, listing_json
from tfdrift.service.ports import EventFilter, Page

router = APIRouter(prefix="/api/v1/events", tags=["events"])


@router.get("", response_model=Success[Listing[EventModel]])
def list_events(
    services: ServicesDependency,
    page: Annotated[Page, Depends(page_from)],
    since: Annotated[datetime | None, Depends(since_from)],
    type: Repeated = None,  # noqa: A002 - the parameter's public name
    severity: Repeated = None,
    resource_type: Repeated = None,
    account_id: Repeated = None,
) -> EnvelopeResponse:
    """List events, newest first."""
    wanted = EventFilter(
        types=choices_of("type", type, EventType),
        severities=choices_of("severity", severity, Severity),
        resource_types=values_of("resource_type", resource_type),
        account_ids=values_of("account_id", account_id),
        since=since,
    )
    found = services.events.find(wanted, page)
    return success(listing_json((event_json(event) for event in found.items), found.total, page))


@router.get("/{event_id:path}", response_model=Success[EventModel])
def get_event(services: ServicesDependency, event_id: str) -> EnvelopeResponse:
    """Return one event, with its whole payload; an id may hold slashes."""
    found = services.events.get(event_id)
    if found is None:
        raise ApiError(404, "event_not_found", f"there is no event with the id {event_id[:80]!r}")
    return success(event_json(found))
