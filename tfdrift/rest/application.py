"""Puts the routers, the error envelope and the use cases onto a FastAPI app."""

from collections.abc import Sequence

from fastapi import APIRouter, FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.gzip import GZipMiddleware

from tfdrift.rest import (
    acknowledgements,
    drifts,
    events,
    falco,
    graph,
    health,
    ignored,
    state,
    summary,
    timeline,
    unmanaged,
)
from tfdrift.rest.dependencies import RestServices, provide
from tfdrift.rest.envelope import EnvelopeResponse, failure, install_error_handlers
from tfdrift.rest.openapi import describe, errors
from tfdrift.rest.people import SignInGate
from tfdrift.service.ports import ConcurrentUpdate

_COMPRESSED_FROM = 1024


def install_rest(app: FastAPI, services: RestServices, *, with_health: bool = True) -> None:
    """Serve the REST API from an app; one with a health page of its own says ``with_health=False``."""
    provide(app, services)
    install_error_handlers(app)
    app.add_exception_handler(ConcurrentUpdate, _on_concurrent_update)
    describe(app)
    if services.sign_in is not None:
        app.add_middleware(SignInGate, sign_in=services.sign_in)
    routers = [
        drifts.router,
        acknowledgements.router,
        unmanaged.router,
        ignored.router,
        events.router,
        state.router,
        graph.router,
        timeline.router,
        summary.router,
        falco.router,
    ]
    for router in routers:
        add_router(app, router, 401)
    if with_health:
        add_router(app, health.router)


async def _on_concurrent_update(_: Request, __: Exception) -> EnvelopeResponse:
    """Answer that others were faster again and again: the same question may well be answered in a moment."""
    message = "others are changing this at the moment; try again"
    return failure(503, "unavailable", message, {"Retry-After": "1"})


def add_router(app: FastAPI, router: APIRouter, *statuses: int) -> None:
    """Serve a router's routes, described with the errors that any may be answered with, and `statuses`."""
    app.include_router(
        router,
        responses=errors(400, *statuses, 406, 408, 414, 422, 431, 500, 503),
        generate_unique_id_function=lambda route: route.name,
    )


def build_rest_app(services: RestServices, *, cors_origins: Sequence[str] = ()) -> FastAPI:
    """Return an app that serves the REST API alone, for origins other than its own only where named."""
    app = FastAPI(
        title="TFDrift",
        version=services.version,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
    )
    install_rest(app, services)
    app.add_middleware(GZipMiddleware, minimum_size=_COMPRESSED_FROM)
    if cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(cors_origins),
            allow_methods=["GET", "OPTIONS"],
            allow_headers=["Authorization", "If-None-Match", "X-API-Key"],
            expose_headers=["ETag"],
        )
    return app
