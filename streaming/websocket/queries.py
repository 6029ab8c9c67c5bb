"""Answers a client's queries from the REST API's use cases, with the same parameters and the same JSON."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import TypeVar

from streaming.blocking import Threads
from tfdrift.domain.drift import DriftStatus, Severity
from tfdrift.domain.drift_json import drift_detail_to_json, drift_to_json
from tfdrift.domain.feed_event import EventType
from tfdrift.domain.json_value import JsonObject
from tfdrift.rest.dependencies import RestServices
from tfdrift.rest.envelope import ApiError
from tfdrift.rest.parameters import choices_of, page_from, since_from, values_of
from tfdrift.rest.rendering import event_json, listing_json, resource_json, state_json
from tfdrift.service.ports import DriftFilter, EventFilter, Page
from tfdrift.service.queries import ResourceFilter

_THREADS = 4

_Item = TypeVar("_Item")
Parameters = Mapping[str, Sequence[str]]


class QueryDesk:
    """Answers queries in threads of their own, so that they never hold up the stream's reads."""

    def __init__(self, services: RestServices) -> None:
        self._services = services
        self._threads = Threads(_THREADS)
        self._queries: Mapping[str, Callable[[Parameters], JsonObject]] = {
            "drifts": self._drifts,
            "drift": self._drift,
            "events": self._events,
            "event": self._event,
            "stats": self._stats,
            "states": self._states,
            "resources": self._resources,
            "providers": self._providers,
        }

    async def answer(self, name: str, parameters: Parameters) -> JsonObject:
        """Return the data; raises ApiError for what the client can mend."""
        query = self._queries.get(name)
        if query is None:
            known = ", ".join(self._queries)
            raise ApiError(400, "unknown_query", f"there is no query {name[:40]!r}; there are {known}")
        return await self._threads.call(query, parameters)

    def _drifts(self, parameters: Parameters) -> JsonObject:
        page = _page(parameters)
        wanted = DriftFilter(
            severities=choices_of("severity", parameters.get("severity"), Severity),
            resource_types=values_of("resource_type", parameters.get("resource_type")),
            statuses=choices_of("status", parameters.get("status"), DriftStatus),
            providers=values_of("provider", parameters.get("provider")),
            account_ids=values_of("account_id", parameters.get("account_id")),
            since=since_from(_one("since", parameters)),
        )
        found = self._services.drifts.find(wanted, page)
        return listing_json((drift_to_json(record) for record in found.items), found.total, page)

    def _drift(self, parameters: Parameters) -> JsonObject:
        drift_id = _needed("id", parameters)
        found = self._services.drifts.get(drift_id)
        if found is None:
            raise ApiError(404, "drift_not_found", f"there is no drift with the id {drift_id[:80]!r}")
        return drift_detail_to_json(found.record)

    def _events(self, parameters: Parameters) -> JsonObject:
        page = _page(parameters)
        wanted = EventFilter(
            types=choices_of("type", parameters.get("type"), EventType),
            severities=choices_of("severity", parameters.get("severity"), Severity),
            resource_types=values_of("resource_type", parameters.get("resource_type")),
            account_ids=values_of("account_id", parameters.get("account_id")),
            since=since_from(_one("since", parameters)),
        )
        found = self._services.events.find(wanted, page)
        return listing_json((event_json(event) for event in found.items), found.total, page)

    def _event(self, parameters: Parameters) -> JsonObject:
        event_id = _needed("id", parameters)
        found = self._services.events.get(event_id)
        if found is None:
            raise ApiError(404, "event_not_found", f"there is no event with the id {event_id[:80]!r}")
        return event_json(found)

    def _stats(self, _: Parameters) -> JsonObject:
        return statistics(self._services)

    def _states(self, parameters: Parameters) -> JsonObject:
        page = _page(parameters)
        states = self._services.states.states()
        return listing_json((state_json(state) for state in _part(states, page)), len(states), page)

    def _resources(self, parameters: Parameters) -> JsonObject:
        page = _page(parameters)
        wanted = ResourceFilter(
            resource_types=values_of("resource_type", parameters.get("resource_type")),
            providers=values_of("provider", parameters.get("provider")),
        )
        found = self._services.queries.resources(wanted, page)
        return listing_json((resource_json(each) for each in found.items), found.total, page)

    def _providers(self, parameters: Parameters) -> JsonObject:
        page = _page(parameters)
        providers = self._services.queries.providers()
        return listing_json((asdict(each) for each in _part(providers, page)), len(providers), page)


def statistics(services: RestServices) -> JsonObject:
    """Return the figures of a dashboard; blocks."""
    return asdict(services.queries.statistics())


def _part(items: Sequence[_Item], page: Page) -> Sequence[_Item]:
    start = (page.number - 1) * page.limit
    return items[start : start + page.limit]


def _page(parameters: Parameters) -> Page:
    return page_from(_one("page", parameters), _one("limit", parameters))


def _one(name: str, parameters: Parameters) -> str | None:
    values = parameters.get(name, ())
    if len(values) > 1:
        raise ApiError(400, f"invalid_{name}", f"{name}: expected one value, got {len(values)}")
    return values[0] if values else None


def _needed(name: str, parameters: Parameters) -> str:
    value = _one(name, parameters)
    if not value:
        raise ApiError(400, f"invalid_{name}", f"{name}: a value is needed")
    return value
