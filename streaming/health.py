"""Whether the process answers (`/health`), and whether this task does its work now (`/ready`)."""

from typing import TYPE_CHECKING, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from streaming.readiness import reasons_against
from tfdrift.rest.envelope import EnvelopeResponse, Success, failure, success
from tfdrift.rest.openapi import OPEN, errors

if TYPE_CHECKING:
    from streaming.runtime import Runtime

router = APIRouter(tags=["health"])


class FeedModel(BaseModel):
    """What this task knows of the feed."""

    ready: bool
    head: str | None = Field(description="The id of the newest event.")


class HealthModel(BaseModel):
    """That the process answers. A function in its place has `status` and `version` alone."""

    status: Literal["ok", "stopping"]
    version: str
    clients: int
    tailing: bool
    feed: FeedModel


class ReadyModel(BaseModel):
    """That the task does its work."""

    status: Literal["ready"]
    head: str
    tailing: bool
    tailer_lag_seconds: float | None


@router.get("/health", response_model=Success[HealthModel], responses=errors(503), openapi_extra=OPEN)
async def health(request: Request) -> EnvelopeResponse:
    """Answer; 503 before the feed was first read, and after a fault that a new process may cure.

    Storage that stops answering later is never a reason to replace the process.
    """
    runtime: Runtime = request.app.state.runtime
    hub = runtime.hub
    if not runtime.working:
        return failure(503, "not_working", "the stream's own work ended by a fault; the log says which")
    if runtime.feed_read_seconds is None:
        return failure(503, "not_started", "the feed was not read yet; the log says what keeps it")
    return success(
        {
            "status": "stopping" if hub.ending else "ok",
            "version": request.app.version,
            "clients": hub.clients,
            "tailing": runtime.tailing,
            "feed": {"ready": hub.ready.is_set(), "head": str(hub.head) if hub.ready.is_set() else None},
        }
    )


@router.get("/ready", response_model=Success[ReadyModel], responses=errors(503), openapi_extra=OPEN)
async def ready(request: Request) -> EnvelopeResponse:
    """Answer 503 with the reasons while this task does not do its work; never a reason to replace it."""
    runtime: Runtime = request.app.state.runtime
    reasons = reasons_against(runtime, runtime.settings.ready_lag_seconds)
    if reasons:
        return failure(503, "not_ready", "; ".join(reasons))
    about = {"tailing": runtime.tailing, "tailer_lag_seconds": runtime.shard_reads.lag()}
    return success({"status": "ready", "head": str(runtime.hub.head), **about})
