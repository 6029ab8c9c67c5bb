"""Answers a client's queries from the REST API's use cases, with the same parameters and the same JSON."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from streaming.blocking import Threads
from tfdrift.domain.json_value import JsonObject
from tfdrift.rest import reads
from tfdrift.rest.dependencies import RestServices
from tfdrift.rest.envelope import ApiError
from tfdrift.rest.paging import Asked
from tfdrift.rest.parameters import asked_from, since_from

_THREADS = 4

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
        names = ("severity", "resource_type", "provider", "status", "account_id")
        given = {name: parameters.get(name) for name in names}
        return reads.drifts(self._services, _asked(parameters), _since(parameters), **given)

    def _drift(self, parameters: Parameters) -> JsonObject:
        return reads.drift(self._services, _needed("id", parameters))

    def _events(self, parameters: Parameters) -> JsonObject:
        given = {name: parameters.get(name) for name in ("severity", "resource_type", "account_id")}
        kind = parameters.get("type")
        return reads.events(self._services, _asked(parameters), _since(parameters), kind=kind, **given)

    def _event(self, parameters: Parameters) -> JsonObject:
        return reads.event(self._services, _needed("id", parameters))

    def _stats(self, parameters: Parameters) -> JsonObject:
        return reads.statistics(self._services, account_id=parameters.get("account_id"))

    def _states(self, parameters: Parameters) -> JsonObject:
        return reads.states(self._services, _asked(parameters), account_id=parameters.get("account_id"))

    def _resources(self, parameters: Parameters) -> JsonObject:
        given = {name: parameters.get(name) for name in ("resource_type", "provider", "account_id")}
        return reads.resources(self._services, _asked(parameters), **given)

    def _providers(self, parameters: Parameters) -> JsonObject:
        return reads.providers(self._services, _asked(parameters), account_id=parameters.get("account_id"))


def _asked(parameters: Parameters) -> Asked:
    return asked_from(*(_one(name, parameters) for name in ("page", "limit", "cursor")))


def _since(parameters: Parameters) -> datetime | None:
    return since_from(_one("since", parameters))


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
