"""Answers that were read before are not sent again: ETag and If-None-Match (RFC 9110, 8.8.3 and 13.1.2)."""

import hashlib
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

_TAG_LENGTH = 32
_HEADERS = {"cache-control": "private, no-cache"}
_TAG: dict[str, Any] = {"headers": {"ETag": {"schema": {"type": "string"}}}}
_DESCRIBED: dict[int | str, dict[str, Any]] = {
    200: {**_TAG, "description": "What was asked for"},
    304: {**_TAG, "description": "It is what the named tag stands for"},
}


class ConditionalRoute(APIRoute):
    """A route whose reads carry a tag of their content, and are answered 304 to whoever names it.

    The tag is weak: compression on the way leaves it as it is.
    """

    def __init__(
        self,
        path: str,
        endpoint: Callable[..., Any],
        *,
        responses: Mapping[int | str, dict[str, Any]] | None = None,
        **arguments: Any,  # noqa: ANN401 - the framework's own
    ) -> None:
        super().__init__(path, endpoint, responses={**(responses or {}), **_DESCRIBED}, **arguments)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler of a request."""
        handle = super().get_route_handler()

        async def handle_conditionally(request: Request) -> Response:
            response = await handle(request)
            if request.method != "GET" or response.status_code != 200:
                return response
            tag = f'W/"{hashlib.sha256(response.body).hexdigest()[:_TAG_LENGTH]}"'
            response.headers.update({**_HEADERS, "etag": tag})
            if _names(request.headers.get("if-none-match"), tag):
                return Response(status_code=304, headers={**_HEADERS, "etag": tag})
            return response

        return handle_conditionally


def _names(condition: str | None, tag: str) -> bool:
    """Return whether an If-None-Match names a tag; the weak comparison, which it is defined to use."""
    if condition is None:
        return False
    named = {part.strip().removeprefix("W/") for part in condition.split(",")}
    return "*" in named or tag.removeprefix("W/") in named
