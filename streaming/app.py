"""The container's FastAPI app: the stream, its health, the REST API and the dashboard on one origin."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from streaming.dashboard_files import dashboard_app
from streaming.health import router as health_router
from streaming.metrics_server import serving_metrics
from streaming.runtime import Runtime, StreamPorts
from streaming.settings import StreamingSettings
from streaming.stream_endpoint import router as stream_router
from streaming.websocket.endpoint import router as websocket_router
from streaming.websocket.sockets import WebSockets
from tfdrift.rest.application import add_router, install_rest
from tfdrift.rest.dependencies import RestServices


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
        settings = parts.settings
        with serving_metrics(runtime.metrics.registry, settings.metrics_host, settings.metrics_port):
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
    add_router(app, health_router)
    # A stream without an end is no answer that the API's description could give the form of: docs/stream.md.
    app.include_router(stream_router, include_in_schema=False)
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
        allow_headers=["Authorization", "Cache-Control", "If-None-Match", "Last-Event-ID", "X-API-Key"],
        expose_headers=["ETag"],
    )
