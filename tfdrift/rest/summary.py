"""REST: figures over all, and the providers in use."""

from fastapi import APIRouter

from tfdrift.rest import reads
from tfdrift.rest.conditional import ConditionalRoute
from tfdrift.rest.dependencies import ServicesDependency
from tfdrift.rest.envelope import EnvelopeResponse, Listing, Success, success
from tfdrift.rest.models import ProviderModel, StatsModel
from tfdrift.rest.parameters import AskedDependency, Repeated

router = APIRouter(prefix="/api/v1", tags=["summary"], route_class=ConditionalRoute)


@router.get("/stats", response_model=Success[StatsModel])
def get_stats(services: ServicesDependency, account_id: Repeated = None) -> EnvelopeResponse:
    """Return the figures of a dashboard; all but `by_status` count the drifts that are not over."""
    return success(reads.statistics(services, account_id=account_id))


@router.get("/providers", response_model=Success[Listing[ProviderModel]])
def list_providers(
    services: ServicesDependency, asked: AskedDependency, account_id: Repeated = None
) -> EnvelopeResponse:
    """List the Terraform providers whose resources the indexed states hold, by name."""
    return success(reads.providers(services, asked, account_id=account_id))
