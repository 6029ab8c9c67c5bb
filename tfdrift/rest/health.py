"""REST: whether the process answers."""

from fastapi import APIRouter

from tfdrift.rest.dependencies import ServicesDependency
from tfdrift.rest.envelope import EnvelopeResponse, Success, success
from tfdrift.rest.models import HealthModel
from tfdrift.rest.openapi import OPEN

router = APIRouter(tags=["health"])


@router.get("/health", response_model=Success[HealthModel], openapi_extra=OPEN)
def health(services: ServicesDependency) -> EnvelopeResponse:
    """Answer; a load balancer asks this every few seconds, so nothing behind it is called."""
    return success({"status": "ok", "version": services.version})
