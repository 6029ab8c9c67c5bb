"""What is read, whoever asks: the data of listings and details, for REST and for the WebSocket's queries."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from tfdrift.domain.drift import DriftStatus, Severity
from tfdrift.domain.drift_json import drift_detail_to_json, drift_to_json
from tfdrift.domain.feed_event import EventType
from tfdrift.domain.hidden_change import hidden_change_to_json
from tfdrift.domain.json_value import JsonObject
from tfdrift.rest.dependencies import RestServices
from tfdrift.rest.envelope import ApiError
from tfdrift.rest.paging import Asked, Question
from tfdrift.rest.parameters import choices_of, values_of
from tfdrift.rest.related_events import related_json
from tfdrift.rest.rendering import event_json, group_json, resource_json, state_json
from tfdrift.service.ports import DriftFilter, EventFilter
from tfdrift.service.resource_listing import ResourceFilter

Given = Sequence[str] | None
"""The values of a parameter as they were given: repeated, comma separated, or not at all."""


def drifts(
    services: RestServices,
    asked: Asked,
    since: datetime | None,
    *,
    severity: Given,
    resource_type: Given,
    provider: Given,
    status: Given,
    account_id: Given,
) -> JsonObject:
    """Return a part of the drifts, newest first; raises ApiError for an unfit value."""
    wanted = DriftFilter(
        severities=choices_of("severity", severity, Severity),
        resource_types=values_of("resource_type", resource_type),
        statuses=choices_of("status", status, DriftStatus),
        providers=values_of("provider", provider),
        account_ids=values_of("account_id", account_id),
        since=since,
    )
    question = Question("drifts", wanted)
    return question.answer(asked, services.drifts.find(wanted, question.page(asked)), drift_to_json)


def drift(services: RestServices, drift_id: str) -> JsonObject:
    """Return one drift with its history and the events around it; raises ApiError if there is none."""
    found = services.drifts.get(drift_id)
    if found is None:
        raise drift_not_found(drift_id)
    return {**drift_detail_to_json(found.record), **related_json(services.related.of(found.record))}


def drift_not_found(drift_id: str) -> ApiError:
    """Return the error of an id that no drift has."""
    return ApiError(404, "drift_not_found", f"there is no drift with the id {drift_id[:80]!r}")


def events(
    services: RestServices,
    asked: Asked,
    since: datetime | None,
    *,
    kind: Given,
    severity: Given,
    resource_type: Given,
    account_id: Given,
) -> JsonObject:
    """Return a part of the events, newest first; raises ApiError for an unfit value."""
    wanted = EventFilter(
        types=choices_of("type", kind, EventType),
        severities=choices_of("severity", severity, Severity),
        resource_types=values_of("resource_type", resource_type),
        account_ids=values_of("account_id", account_id),
        since=since,
    )
    question = Question("events", wanted)
    return question.answer(asked, services.events.find(wanted, question.page(asked)), event_json)


def event(services: RestServices, event_id: str) -> JsonObject:
    """Return one event with its whole payload; raises ApiError if there is none."""
    found = services.events.get(event_id)
    if found is None:
        raise ApiError(404, "event_not_found", f"there is no event with the id {event_id[:80]!r}")
    return event_json(found)


def unmanaged(services: RestServices, asked: Asked, *, account_id: Given) -> JsonObject:
    """Return a part of the calls that created what no state holds, newest first."""
    accounts = values_of("account_id", account_id)
    question = Question("unmanaged", accounts or None)
    groups = services.queries.unmanaged_groups(question.page(asked), accounts)
    return question.answer(asked, groups, group_json)


def ignored(services: RestServices, asked: Asked, *, account_id: Given) -> JsonObject:
    """Return a part of the changes that ignore rules hid, newest first."""
    accounts = values_of("account_id", account_id)
    question = Question("ignored", accounts or None)
    found = services.hidden.find(question.page(asked), accounts)
    return question.answer(asked, found, hidden_change_to_json)


def states(services: RestServices, asked: Asked, *, account_id: Given) -> JsonObject:
    """Return a part of the indexed states, by bucket and key; those that hold resources of an account."""
    accounts = values_of("account_id", account_id)
    question = Question("states", accounts or None)
    found = services.queries.states_in_order(question.page(asked), accounts)
    return question.answer(asked, found, state_json)


def resources(
    services: RestServices, asked: Asked, *, resource_type: Given, provider: Given, account_id: Given
) -> JsonObject:
    """Return a part of the managed resources of all states, by state and address."""
    wanted = ResourceFilter(
        resource_types=values_of("resource_type", resource_type),
        providers=values_of("provider", provider),
        account_ids=values_of("account_id", account_id),
    )
    question = Question("resources", wanted)
    return question.answer(asked, services.queries.resources(wanted, question.page(asked)), resource_json)


def statistics(services: RestServices, *, account_id: Given = None) -> JsonObject:
    """Return the figures of a dashboard; all but `by_status` count the drifts that are not over."""
    return asdict(services.queries.statistics(values_of("account_id", account_id)))


def providers(services: RestServices, asked: Asked, *, account_id: Given) -> JsonObject:
    """Return a part of the Terraform providers whose resources the indexed states hold, by name."""
    accounts = values_of("account_id", account_id)
    question = Question("providers", accounts or None)
    return question.answer(asked, services.queries.providers(question.page(asked), accounts), asdict)
