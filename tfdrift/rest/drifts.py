"""REST: the drifts."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends

from tfdrift.domain.drift import DriftStatus, Severity
from tfdrift.domain.drift_json import drift_detail_to_json, drift_to_json
from tfdrift.rest.dependencies import ServicesDependency
from tfdrift.rest.envelope import ApiError, EnvelopeResponse, Listing, Success, success
from tfdrift.rest.models import DriftDetailModel, DriftModel
from tfdrift.rest.parameters import Repeated, choices_of, page_from, since_from, values_of
from tfdrift.rest.rendering import listing_json
from tfdrift.service.ports import DriftFilter, Page

router = APIRouter(prefix="/api/v1/drifts", tags=["drifts"])


@router.get("", response_model=Success[Listing[DriftModel]])
def list_drifts(
    services: ServicesDependency,
    page: Annotated[Page, Depends(page_from)],
    since: Annotated[datetime | None, Depends(since_from)],
    severity: Repeated = None,
    resource_type: Repeated = None,
    provider: Repeated = None,
    status: Repeated = None,
    account_id: Repeated = None,
) -> EnvelopeResponse:
    """List drifts, newest first."""
    wanted = DriftFilter(
        severities=choices_of("severity", severity, Severity),
        resource_types=values_of("resource_type", resource_type),
        statuses=choices_of("status", status, DriftStatus),
        providers=values_of("provider", provider),
        account_ids=values_of("account_id", account_id),
        since=since,
    )
    found = services.drifts.find(wanted, page)
    return success(listing_json((drift_to_json(record) for record in found.items), found.total, page))


@router.get("/{drift_id}", response_model=Success[DriftDetailModel])
def get_drift(services: ServicesDependency, drift_id: str) -> EnvelopeResponse:
    """Return one drift with its history."""
    found = services.drifts.get(drift_id)
    if found is None:
        raise ApiError(404, "drift_not_found", f"there is no drift with the id {drift_id[:80]!r}")
    return success(drift_detail_to_json(found.record))
