"""What is read, whoever asks: the data of listings and details, for REST and for the WebSocket's queries."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from tfdrift.domain.drift import DriftStatus, Severity
from tfdrift.domain.drift_json import drift_detail_to_json, drift_to_json
from tfdrift.domain.feed_event import EventType
from tfdrift.domain.json_value import JsonObject
from tfdrift.rest.dependencies import RestServices
from tfdrift.rest.envelope import ApiError
from tfdrift.rest.parameters import choices_of, values_of
from tfdrift.rest.rendering import event_json, listing_json, page_json, resource_json, state_json
from tfdrift.service.ports import DriftFilter, EventFilter, Page
from tfdrift.service.queries import ResourceFilter

Given = Sequence[str] | None
"""The values of a parameter as they were given: repeated, comma separated, or not at all."""


def drifts(
    services: RestServices,
    page: Page,
    since: datetime | None,
    *,
    severity: Given,
    resource_type: Given,
    provider: Given,
    status: Given,
    account_id: Given,
) -> JsonObject:
    """Return a page of the drifts, newest first; raises ApiError for an unfit value."""
    wanted = DriftFilter(
        severities=choices_of("severity", severity, Severity),
        resource_types=values_of("resource_type", resource_type),
        statuses=choices_of("status", status, DriftStatus),
        providers=values_of("provider", provider),
        account_ids=values_of("account_id", account_id),
        since=since,
    )
    found = services.drifts.find(wanted, page)
    return listing_json((drift_to_json(record) for record in found.items), found.total, page)


def drift(services: RestServices, drift_id: str) -> JsonObject:
    """Return one drift with its history; raises ApiError if there is none."""
    found = services.drifts.get(drift_id)
    if found is None:
        raise drift_not_found(drift_id)
    return drift_detail_to_json(found.record)


def drift_not_found(drift_id: str) -> ApiError:
    """Return the error of an id that no drift has."""
    return ApiError(404, "drift_not_found", f"there is no drift with the id {drift_id[:80]!r}")


def events(
    services: RestServices,
    page: Page,
    since: datetime | None,
    *,
    kind: Given,
    severity: Given,
    resource_type: Given,
    account_id: Given,
) -> JsonObject:
    """Return a page of the events, newest first; raises ApiError for an unfit value."""
    wanted = EventFilter(
        types=choices_of("type", kind, EventType),
        severities=choices_of("severity", severity, Severity),
        resource_types=values_of("resource_type", resource_type),
        account_ids=values_of("account_id", account_id),
        since=since,
    )
    found = services.events.find(wanted, page)
    return listing_json((event_json(event) for event in found.items), found.total, page)


def event(services: RestServices, event_id: str) -> JsonObject:
    """Return one event with its whole payload; raises ApiError if there is none."""
    found = services.events.get(event_id)
    if found is None:
        raise ApiError(404, "event_not_found", f"there is no event with the id {event_id[:80]!r}")
    return event_json(found)


def states(services: RestServices, page: Page) -> JsonObject:
    """Return a page of the indexed states, by bucket and key."""
    return page_json(services.states.states(), page, state_json)


def resources(services: RestServices, page: Page, *, resource_type: Given, provider: Given) -> JsonObject:
    """Return a page of the managed resources of all states, by address."""
    wanted = ResourceFilter(
        resource_types=values_of("resource_type", resource_type), providers=values_of("provider", provider)
    )
    found = services.queries.resources(wanted, page)
    return listing_json((resource_json(each) for each in found.items), found.total, page)


def statistics(services: RestServices) -> JsonObject:
    """Return the figures of a dashboard; all but `by_status` count the drifts that are not over."""
    return asdict(services.queries.statistics())


def providers(services: RestServices, page: Page) -> JsonObject:
    """Return a page of the Terraform providers whose resources the indexed states hold, by name."""
    return page_json(services.queries.providers(), page, asdict)
