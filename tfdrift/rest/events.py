"""REST: the events of the feed, as the stream delivered them."""

from fastapi import APIRouter

from tfdrift.rest import reads
from tfdrift.rest.conditional import ConditionalRoute
from tfdrift.rest.dependencies import ServicesDependency
from tfdrift.rest.envelope import EnvelopeResponse, Listing, Success, success
from tfdrift.rest.models import EventModel
from tfdrift.rest.openapi import errors
from tfdrift.rest.parameters import (
    AskedDependency,
    EventId,
    EventTypes,
    Repeated,
    Severities,
    SinceDependency,
)

router = APIRouter(prefix="/api/v1/events", tags=["events"], route_class=ConditionalRoute)


@router.get("", response_model=Success[Listing[EventModel]])
def list_events(
    services: ServicesDependency,
    asked: AskedDependency,
    since: SinceDependency,
    type: EventTypes = None,  # noqa: A002 - the parameter's public name
    severity: Severities = None,
    resource_type: Repeated = None,
    account_id: Repeated = None,
) -> EnvelopeResponse:
    """List events, newest first."""
    return success(
        reads.events(
            services,
            asked,
            since,
            kind=type,
            severity=severity,
            resource_type=resource_type,
            account_id=account_id,
        )
    )


@router.get("/{event_id:path}", response_model=Success[EventModel], responses=errors(404))
def get_event(services: ServicesDependency, event_id: EventId) -> EnvelopeResponse:
    """Return one event, with its whole payload; an id may hold slashes."""
    return success(reads.event(services, event_id))
