"""REST: what was created without Terraform, grouped by the call that made it."""

from fastapi import APIRouter

from tfdrift.rest import reads
from tfdrift.rest.conditional import ConditionalRoute
from tfdrift.rest.dependencies import ServicesDependency
from tfdrift.rest.envelope import EnvelopeResponse, Listing, Success, success
from tfdrift.rest.models import UnmanagedGroupModel
from tfdrift.rest.parameters import AskedDependency, Repeated

router = APIRouter(prefix="/api/v1/unmanaged", tags=["drifts"], route_class=ConditionalRoute)


@router.get("", response_model=Success[Listing[UnmanagedGroupModel]])
def list_unmanaged(
    services: ServicesDependency, asked: AskedDependency, account_id: Repeated = None
) -> EnvelopeResponse:
    """List the calls that created what no state holds, newest first, each with what it created."""
    return success(reads.unmanaged(services, asked, account_id=account_id))
