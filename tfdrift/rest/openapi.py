"""What the API's OpenAPI description says beyond its routes: errors, tokens, conditional reads."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from tfdrift.rest.envelope import Failure

_DESCRIPTION = """\
Who changed what that Terraform manages: drifts, the feed's events, the indexed states.

Every answer is `{"success": true, "data": …}` or `{"success": false, "error": {"code": …, "message": …}}`,
also to unknown paths (404) and methods (405). The event stream at `/api/v1/stream` and the WebSocket at `/ws`
are no part of this description: see docs/stream.md and docs/websocket.md."""

_TAGS = {
    "drifts": "What differs from Terraform, what was created without it, and what people say of it.",
    "events": "The feed's events, as the stream delivered them.",
    "timeline": "Who did what.",
    "state": "The indexed states and the resources that they manage.",
    "graph": "What depends on what in a state.",
    "summary": "Figures over all.",
    "falco": "Takes Falco's alerts.",
    "health": "Whether the process answers, and whether it does its work.",
}

_TOKENS = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "basic": {"type": "http", "scheme": "basic", "description": "The token is the password."},
}

_CONDITION = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": "The `ETag` of an earlier answer: 304 where it would be the same again.",
}


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return a route's error answers of some statuses, as the framework takes them."""
    return {status: {"model": Failure, "description": _MEANINGS[status]} for status in statuses}


_MEANINGS = {
    400: "A parameter or the body is faulty; the error's `code` says which",
    401: "A token or a sign-in is configured, and the request carries neither",
    404: "There is no such thing",
    406: "The answer is too large for a load balancer in front of a function: ask for it with gzip",
    408: "The request did not arrive in time",
    409: "What was found does not allow it; the error's `code` says why",
    413: "The body is too large",
    414: "The URL is too long",
    415: "The body is of a kind that is not taken",
    422: "A parameter is missing, or the body has not the form that is described",
    431: "The headers are too large",
    500: "A fault of the server; its log says why",
    503: "Not now; try again",
}

OPEN: dict[str, Any] = {"security": []}
"""Says of a route that anybody may ask it."""


def describe(app: FastAPI) -> None:
    """Have an app describe itself as this module says; its routes may still be added."""

    def description() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _described(app)
        return app.openapi_schema

    # https://fastapi.tiangolo.com/how-to/extending-openapi/
    app.openapi = description  # type: ignore[method-assign]


def _described(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title=app.title,
        version=app.version,
        summary="Drift of AWS resources that Terraform manages",
        description=_DESCRIPTION,
        routes=app.routes,
        tags=[{"name": name, "description": meaning} for name, meaning in _TAGS.items()],
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    document["components"]["securitySchemes"] = _TOKENS
    # Where no token is configured none is asked for, and browsers come signed in by the load balancer.
    document["security"] = [{}, *({name: []} for name in _TOKENS)]
    for operation in _operations(document):
        if "304" in operation["responses"]:
            operation.setdefault("parameters", []).append(_CONDITION)
    return document


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from path.values()
