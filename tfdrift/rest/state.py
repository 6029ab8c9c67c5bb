"""REST: the indexed states and the resources they manage."""

from typing import Annotated

from fastapi import APIRouter, Query

from tfdrift.rest import reads
from tfdrift.rest.conditional import ConditionalRoute
from tfdrift.rest.dependencies import ServicesDependency
from tfdrift.rest.envelope import ApiError, EnvelopeResponse, Failure, Listing, Success, success
from tfdrift.rest.models import ResourceModel, StateModel
from tfdrift.rest.parameters import AskedDependency, Repeated
from tfdrift.rest.rendering import resource_json

router = APIRouter(prefix="/api/v1/state", tags=["state"], route_class=ConditionalRoute)


@router.get("", response_model=Success[Listing[StateModel]])
def list_states(services: ServicesDependency, asked: AskedDependency) -> EnvelopeResponse:
    """List the indexed states, by bucket and key."""
    return success(reads.states(services, asked))


@router.get("/resources", response_model=Success[Listing[ResourceModel]])
def list_resources(
    services: ServicesDependency,
    asked: AskedDependency,
    resource_type: Repeated = None,
    provider: Repeated = None,
) -> EnvelopeResponse:
    """List the managed resources of all states, by state and address."""
    return success(reads.resources(services, asked, resource_type=resource_type, provider=provider))


@router.get(
    "/resource/{address:path}",
    response_model=Success[ResourceModel],
    responses={409: {"model": Failure}},
)
def get_resource(
    services: ServicesDependency,
    address: str,
    bucket: Annotated[str | None, Query(description="The bucket of the state that is meant.")] = None,
    key: Annotated[str | None, Query(description="The key of the state that is meant.")] = None,
) -> EnvelopeResponse:
    """Return the resource with an address; of several states that have it, `bucket` and `key` name one.

    The address stands in the path as Terraform prints it, URL-encoded, slashes included.
    """
    found = [
        resource
        for resource in services.states.by_address(address)
        if bucket in {None, resource.state.bucket} and key in {None, resource.state.key}
    ]
    if not found:
        raise ApiError(404, "resource_not_found", f"no indexed state has a resource at {address[:200]!r}")
    if len(found) > 1:
        places = ", ".join(f"{each.state.bucket or ''}/{each.state.key}" for each in found[:10])
        message = f"{len(found)} states have that address, say which by bucket and key: {places}"
        raise ApiError(409, "ambiguous_address", message)
    return success(resource_json(found[0]))
