"""REST: the drifts."""

from fastapi import APIRouter

from tfdrift.rest import reads
from tfdrift.rest.conditional import ConditionalRoute
from tfdrift.rest.dependencies import ServicesDependency
from tfdrift.rest.envelope import EnvelopeResponse, Listing, Success, success
from tfdrift.rest.models import DriftModel
from tfdrift.rest.openapi import errors
from tfdrift.rest.parameters import AskedDependency, DriftId, Repeated, Severities, SinceDependency, Statuses
from tfdrift.rest.related_events import DriftWithRelatedModel

router = APIRouter(prefix="/api/v1/drifts", tags=["drifts"], route_class=ConditionalRoute)


@router.get("", response_model=Success[Listing[DriftModel]])
def list_drifts(
    services: ServicesDependency,
    asked: AskedDependency,
    since: SinceDependency,
    severity: Severities = None,
    resource_type: Repeated = None,
    provider: Repeated = None,
    status: Statuses = None,
    account_id: Repeated = None,
) -> EnvelopeResponse:
    """List drifts, newest first."""
    return success(
        reads.drifts(
            services,
            asked,
            since,
            severity=severity,
            resource_type=resource_type,
            provider=provider,
            status=status,
            account_id=account_id,
        )
    )


@router.get("/{drift_id}", response_model=Success[DriftWithRelatedModel], responses=errors(404))
def get_drift(services: ServicesDependency, drift_id: DriftId) -> EnvelopeResponse:
    """Return one drift with its history, and with the events around it: who did what else, where and when."""
    return success(reads.drift(services, drift_id))
