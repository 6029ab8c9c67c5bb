"""REST: what the ignore rules hid."""

from typing import Annotated

from fastapi import APIRouter, Depends

from tfdrift.domain.hidden_change import hidden_change_to_json
from tfdrift.rest.dependencies import ServicesDependency
from tfdrift.rest.envelope import EnvelopeResponse, Listing, Success, success
from tfdrift.rest.models import HiddenChangeModel
from tfdrift.rest.parameters import page_from
from tfdrift.rest.rendering import listing_json
from tfdrift.service.ports import Page

router = APIRouter(prefix="/api/v1/ignored", tags=["drifts"])


@router.get("", response_model=Success[Listing[HiddenChangeModel]])
def list_ignored(services: ServicesDependency, page: Annotated[Page, Depends(page_from)]) -> EnvelopeResponse:
    """List the changes that ignore rules hid, newest first, each with its rule."""
    found = services.hidden.find(page)
    return success(listing_json(map(hidden_change_to_json, found.items), found.total, page))
