"""The container's FastAPI app: the stream, its health, the REST API and the dashboard on one origin."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware

from streaming.dashboard_files import dashboard_app
from streaming.metrics_server import serving_metrics
from streaming.readiness import reasons_against
from streaming.runtime import Runtime, StreamPorts
from streaming.settings import StreamingSettings
from streaming.stream_endpoint import router as stream_router
from streaming.websocket.endpoint import router as websocket_router
from streaming.websocket.sockets import WebSockets
from tfdrift.rest.application import install_rest
from tfdrift.rest.dependencies import RestServices
from tfdrift.rest.envelope import EnvelopeResponse, failure, success


@dataclass(frozen=True, slots=True)
class AppParts:
    """What the app is made of."""

    settings: StreamingSettings
    ports: StreamPorts
    rest: RestServices
    cors_origins: Sequence[str] = ()
    dashboard: Path | None = None


def create_app(parts: AppParts) -> FastAPI:
    """Return the app; its runtime starts and ends with the server's lifespan."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        runtime = Runtime(parts.ports, parts.settings)
        app.state.runtime = runtime
        app.state.websockets = WebSockets.of(runtime, parts.rest, parts.cors_origins)
        with serving_metrics(runtime.metrics.registry, parts.settings.metrics_port):
            runtime.start()
            yield
            await runtime.stop()

    app = FastAPI(
        title="TFDrift",
        version=parts.rest.version,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        lifespan=lifespan,
    )
    app.add_api_route("/health", _health, methods=["GET"], tags=["health"])
    app.add_api_route("/ready", _ready, methods=["GET"], tags=["health"])
    app.include_router(stream_router)
    app.include_router(websocket_router)
    install_rest(app, parts.rest, with_health=False)
    if parts.cors_origins:
        _allow_origins(app, parts.cors_origins)
    if parts.dashboard is not None:
        app.mount("/", dashboard_app(parts.dashboard))
    return app


def _allow_origins(app: FastAPI, origins: Sequence[str]) -> None:
    app.add_middleware(
        CORSMiddleware,
        allow_origins=list(origins),
        allow_methods=["GET", "OPTIONS"],
        allow_headers=["Authorization", "Cache-Control", "Last-Event-ID", "X-API-Key"],
    )


async def _health(request: Request) -> EnvelopeResponse:
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


async def _ready(request: Request) -> EnvelopeResponse:
    """Answer 503 with the reasons while this task does not do its work; never a reason to replace it."""
    runtime: Runtime = request.app.state.runtime
    reasons = reasons_against(runtime, runtime.settings.ready_lag_seconds)
    if reasons:
        return failure(503, "not_ready", "; ".join(reasons))
    about = {"tailing": runtime.tailing, "tailer_lag_seconds": runtime.shard_reads.lag()}
    return success({"status": "ready", "head": str(runtime.hub.head), **about})
