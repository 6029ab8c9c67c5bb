"""REST: the indexed states and the resources they manage."""

from fastapi import APIRouter

from tfdrift.rest import reads
from tfdrift.rest.conditional import ConditionalRoute
from tfdrift.rest.dependencies import ServicesDependency
from tfdrift.rest.envelope import ApiError, EnvelopeResponse, Listing, Success, success
from tfdrift.rest.models import ResourceModel, StateModel
from tfdrift.rest.parameters import AskedDependency, Repeated, ResourceAddress
from tfdrift.rest.rendering import resource_json
from tfdrift.rest.state_choice import NONE_OR_SEVERAL, ChoiceDependency, several_states

router = APIRouter(prefix="/api/v1/state", tags=["state"], route_class=ConditionalRoute)


@router.get("", response_model=Success[Listing[StateModel]])
def list_states(
    services: ServicesDependency, asked: AskedDependency, account_id: Repeated = None
) -> EnvelopeResponse:
    """List the indexed states, by bucket and key: all, or those that hold resources of an account."""
    return success(reads.states(services, asked, account_id=account_id))


@router.get("/resources", response_model=Success[Listing[ResourceModel]])
def list_resources(
    services: ServicesDependency,
    asked: AskedDependency,
    resource_type: Repeated = None,
    provider: Repeated = None,
    account_id: Repeated = None,
) -> EnvelopeResponse:
    """List the managed resources of all states, by state and address."""
    return success(
        reads.resources(
            services, asked, resource_type=resource_type, provider=provider, account_id=account_id
        )
    )


@router.get("/resource/{address:path}", response_model=Success[ResourceModel], responses=NONE_OR_SEVERAL)
def get_resource(
    services: ServicesDependency, address: ResourceAddress, choice: ChoiceDependency
) -> EnvelopeResponse:
    """Return the resource with an address; of several states that have it, `bucket` and `key` name one.

    The address stands in the path as Terraform prints it, URL-encoded, slashes included.
    """
    found = [resource for resource in services.states.by_address(address) if choice.fits(resource.state)]
    if not found:
        raise ApiError(404, "resource_not_found", f"no indexed state has a resource at {address[:200]!r}")
    if len(found) > 1:
        raise several_states("ambiguous_address", [resource.state for resource in found])
    return success(resource_json(found[0]))
