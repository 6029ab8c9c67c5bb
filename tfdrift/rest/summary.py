"""REST: figures over all, and the providers in use."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends

from tfdrift.rest.dependencies import ServicesDependency
from tfdrift.rest.envelope import EnvelopeResponse, Listing, Success, success
from tfdrift.rest.models import ProviderModel, StatsModel
from tfdrift.rest.parameters import page_from
from tfdrift.rest.rendering import listing_json
from tfdrift.service.ports import Page

router = APIRouter(prefix="/api/v1", tags=["summary"])


@router.get("/stats", response_model=Success[StatsModel])
def get_stats(services: ServicesDependency) -> EnvelopeResponse:
    """Return the figures of a dashboard; all but `by_status` count the drifts that are not over."""
    return success(asdict(services.queries.statistics()))


@router.get("/providers", response_model=Success[Listing[ProviderModel]])
def list_providers(
    services: ServicesDependency, page: Annotated[Page, Depends(page_from)]
) -> EnvelopeResponse:
    """List the Terraform providers whose resources the indexed states hold, by name."""
    providers = services.queries.providers()
    start = (page.number - 1) * page.limit
    shown = (asdict(provider) for provider in providers[start : start + page.limit])
    return success(listing_json(shown, len(providers), page))
