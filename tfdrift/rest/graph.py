"""REST: one state's resources as a graph, the neighbours of a resource, and what a change of it may reach."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from tfdrift.domain.dependency_graph import Direction
from tfdrift.rest.conditional import ConditionalRoute
from tfdrift.rest.dependencies import ServicesDependency
from tfdrift.rest.envelope import ApiError, EnvelopeResponse, Success, success
from tfdrift.rest.graph_elements import GraphModel, graph_json
from tfdrift.rest.parameters import choices_of, number_of
from tfdrift.rest.shapes import one_of, whole_number
from tfdrift.rest.state_choice import NONE_OR_SEVERAL, ChoiceDependency, several_states
from tfdrift.service.graph import ResourceGraph, SeveralStates, UnknownResource, UnknownState

MOST_NODES = 1000
_NODES = 500
_MOST_STEPS = 100

LimitParameter = Annotated[
    str | None, whole_number(MOST_NODES), Query(alias="limit", description=f"Resources in all; {_NODES}.")
]
AddressParameter = Annotated[
    str,
    Query(
        description="The resource's address as Terraform prints it, with module path and key.",
        examples=['module.web["a"].aws_instance.app[0]'],
    ),
]


def limit_from(limit: LimitParameter = None) -> int:
    """Return how many resources are wanted at most."""
    return number_of("limit", limit, most=MOST_NODES) or _NODES


def direction_from(
    direction: Annotated[
        str | None,
        one_of(Direction),
        Query(description="Which way dependencies are followed; `both`."),
    ] = None,
) -> Direction:
    """Return which way dependencies are followed."""
    given = choices_of("direction", [direction] if direction else None, Direction)
    if len(given) > 1:
        raise ApiError(400, "invalid_direction", f"direction: expected one, got {len(given)}")
    return given[0] if given else Direction.BOTH


def depth_from(
    depth: Annotated[
        str | None, whole_number(_MOST_STEPS), Query(description="Steps from the resource; 1.")
    ] = None,
) -> int:
    """Return how many steps are followed."""
    return number_of("depth", depth, most=_MOST_STEPS) or 1


Limit = Annotated[int, Depends(limit_from)]

router = APIRouter(prefix="/api/v1/graph", tags=["graph"], route_class=ConditionalRoute)


@router.get("", response_model=Success[GraphModel], responses=NONE_OR_SEVERAL)
def get_graph(services: ServicesDependency, choice: ChoiceDependency, limit: Limit) -> EnvelopeResponse:
    """Return the resources of one state and their dependencies; those with drifts first.

    Where one state alone is indexed `bucket` and `key` may be left out. A dependency by way of another
    resource is not shown.
    """
    return _answer(lambda: services.graphs.of_state(choice, limit))


@router.get("/neighbours", response_model=Success[GraphModel], responses=NONE_OR_SEVERAL)
def get_neighbours(
    services: ServicesDependency,
    address: AddressParameter,
    choice: ChoiceDependency,
    limit: Limit,
    direction: Annotated[Direction, Depends(direction_from)],
    depth: Annotated[int, Depends(depth_from)],
) -> EnvelopeResponse:
    """Return a resource and those within `depth` steps of it, nearest first."""
    return _answer(lambda: services.graphs.around(address, choice, direction, depth, limit))


@router.get("/impact", response_model=Success[GraphModel], responses=NONE_OR_SEVERAL)
def get_impact(
    services: ServicesDependency, address: AddressParameter, choice: ChoiceDependency, limit: Limit
) -> EnvelopeResponse:
    """Return a resource and everything that depends on it, however remotely, nearest first."""
    return _answer(lambda: services.graphs.around(address, choice, Direction.DEPENDENTS, None, limit))


def _answer(draw: Callable[[], ResourceGraph]) -> EnvelopeResponse:
    try:
        return success(graph_json(draw()))
    except UnknownState as error:
        raise ApiError(404, "state_not_found", "no indexed state lies there") from error
    except UnknownResource as error:
        message = f"no indexed state has a resource at {str(error)[:200]!r}"
        raise ApiError(404, "resource_not_found", message) from error
    except SeveralStates as error:
        raise several_states("ambiguous_state", error.states) from error
