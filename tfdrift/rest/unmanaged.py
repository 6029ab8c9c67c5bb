"""REST: what was created without Terraform, grouped by the call that made it."""

from typing import Annotated

from fastapi import APIRouter, Depends

from tfdrift.rest.dependencies import ServicesDependency
from tfdrift.rest.envelope import EnvelopeResponse, Listing, Success, success
from tfdrift.rest.models import UnmanagedGroupModel
from tfdrift.rest.parameters import page_from
from tfdrift.rest.rendering import group_json, page_json
from tfdrift.service.ports import Page

router = APIRouter(prefix="/api/v1/unmanaged", tags=["drifts"])


@router.get("", response_model=Success[Listing[UnmanagedGroupModel]])
def list_unmanaged(
    services: ServicesDependency, page: Annotated[Page, Depends(page_from)]
) -> EnvelopeResponse:
    """List the calls that created what no state holds, newest first, each with what it created."""
    return success(page_json(services.queries.unmanaged_groups(), page, group_json))
