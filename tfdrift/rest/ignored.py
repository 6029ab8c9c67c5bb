"""REST: what the ignore rules hid."""

from fastapi import APIRouter

from tfdrift.rest import reads
from tfdrift.rest.conditional import ConditionalRoute
from tfdrift.rest.dependencies import ServicesDependency
from tfdrift.rest.envelope import EnvelopeResponse, Listing, Success, success
from tfdrift.rest.models import HiddenChangeModel
from tfdrift.rest.parameters import AskedDependency, Repeated

router = APIRouter(prefix="/api/v1/ignored", tags=["drifts"], route_class=ConditionalRoute)


@router.get("", response_model=Success[Listing[HiddenChangeModel]])
def list_ignored(
    services: ServicesDependency, asked: AskedDependency, account_id: Repeated = None
) -> EnvelopeResponse:
    """List the changes that ignore rules hid, newest first, each with its rule."""
    return success(reads.ignored(services, asked, account_id=account_id))
