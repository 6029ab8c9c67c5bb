"""What the routers are given: the use cases of a composition root, by FastAPI's dependencies."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, FastAPI
from starlette.requests import HTTPConnection

from tfdrift.domain.json_value import JsonValue
from tfdrift.service.acknowledge import Acknowledgements
from tfdrift.service.graph import Graphs
from tfdrift.service.machine_token import MachineToken
from tfdrift.service.ports import DriftRepository, EventLog, HiddenLog, StateIndex
from tfdrift.service.queries import Queries
from tfdrift.service.related import RelatedEvents
from tfdrift.service.sign_in import SignIn


@dataclass(frozen=True, slots=True)
class RestServices:
    """The use cases behind the REST API.

    Attributes
    ----------
    take_alert
        Takes a decoded Falco alert; False for one that is stored already, InvalidAlert for one that is none.
    machine_token
        What machine clients must show; None where nothing is asked for.
    version
        The product's version.
    sign_in
        Tells who signed in at the load balancer; None where the deployment has no identity provider.
    """

    drifts: DriftRepository
    events: EventLog
    states: StateIndex
    queries: Queries
    graphs: Graphs
    related: RelatedEvents
    acknowledgements: Acknowledgements
    hidden: HiddenLog
    take_alert: Callable[[JsonValue], bool]
    machine_token: MachineToken | None
    version: str
    sign_in: SignIn | None = None


def provide(app: FastAPI, services: RestServices) -> None:
    """Give an app the use cases that its routers ask for."""
    app.state.tfdrift_rest = services


def services_of(request: HTTPConnection) -> RestServices:
    """Return the use cases of the app that serves a request."""
    services: RestServices = request.app.state.tfdrift_rest
    return services


ServicesDependency = Annotated[RestServices, Depends(services_of)]
