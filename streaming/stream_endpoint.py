"""GET /api/v1/stream: checks what the client asks for, and answers with its event stream."""

import asyncio
import logging
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from streaming.client_limits import TooManyClients, client_address
from streaming.connection import abort
from streaming.filters import InvalidFilter, StreamFilter, parse_filter
from streaming.outlet import AsgiOutlet
from streaming.runtime import Runtime
from streaming.session import Session, SessionEnd
from streaming.start import FeedUnavailable, InvalidSince, Start, parse_wish, start_from
from tfdrift.rest.envelope import ApiError

_LOG = logging.getLogger(__name__)
_RETRY_AFTER = {"Retry-After": "3"}

router = APIRouter(tags=["stream"])


def _runtime(request: Request) -> Runtime:
    runtime: Runtime = request.app.state.runtime
    return runtime


@router.get(
    "/api/v1/stream",
    response_class=Response,
    responses={200: {"content": {"text/event-stream": {}}, "description": "The events, as they happen"}},
)
async def stream(request: Request) -> Response:
    """Stream drifts, Falco alerts and state changes as Server-Sent Events.

    `types`, `severity` and `resource_type` take comma separated lists. A client that comes back names the
    last id it saw in the header `Last-Event-ID`, or as `lastEventId` where it cannot set headers, and
    receives every event after it. A client without one may name a time as `since`, and receives what was
    committed to the feed from then on.
    """
    runtime = _runtime(request)
    query = request.query_params
    try:
        names = ("types", "severity", "resource_type")
        wanted = parse_filter({name: query.getlist(name) for name in names})
        wish = parse_wish(request.headers, query)
    except InvalidFilter as error:
        raise ApiError(400, "invalid_filter", str(error)) from error
    except InvalidSince as error:
        raise ApiError(400, "invalid_since", str(error)) from error
    if runtime.hub.ending:
        raise ApiError(503, "stopping", "this server is stopping", _RETRY_AFTER)
    address = _enter(request, runtime)
    try:
        start = await start_from(runtime, wish)
    except FeedUnavailable as error:
        runtime.clients.leave(address)
        raise ApiError(503, "feed_unavailable", str(error), _RETRY_AFTER) from error
    except BaseException:
        runtime.clients.leave(address)
        raise
    return EventStreamResponse(runtime, wanted, start, address)


def _enter(request: Request, runtime: Runtime) -> str:
    """Count the client; returns the address that it leaves under again."""
    peer = request.client.host if request.client else ""
    forwarded = request.headers.getlist("x-forwarded-for")
    address = client_address(peer, forwarded, runtime.settings.trusted_proxies)
    try:
        runtime.clients.enter(address)
    except TooManyClients as error:
        raise ApiError(
            503, error.reason.value, "this server takes no more streams now", _RETRY_AFTER
        ) from error
    return address


class EventStreamResponse(Response):
    """An answer without an end: written by a session, ended when the client leaves or the session says so."""

    media_type = "text/event-stream"

    def __init__(self, runtime: Runtime, wanted: StreamFilter, start: Start, address: str) -> None:
        self.status_code = 200
        self.background = None
        self.body = b""
        self._runtime = runtime
        self._wanted = wanted
        self._start = start
        self._address = address
        # no-transform and X-Accel-Buffering keep proxies from compressing or collecting the events.
        self.init_headers(
            {
                "Content-Type": "text/event-stream",
                "Cache-Control": "no-cache, no-transform",
                "X-Accel-Buffering": "no",
            }
        )
        del self.headers["content-length"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the client."""
        hub = self._runtime.hub
        session = Session(
            hub=hub,
            history=self._runtime.history,
            outlet=AsgiOutlet(send),
            wanted=self._wanted,
            limits=self._runtime.limits,
        )
        subscriber = hub.join()
        about: dict[str, Any] = {"stream_id": session.stream_id}
        _LOG.info(
            "Client connected", extra={**about, "clients": hub.clients, "start": str(self._start.greeting)}
        )
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            end = await _while_connected(session.run(self._start, subscriber), receive)
        finally:
            hub.leave(subscriber)
            self._runtime.clients.leave(self._address)
        _LOG.info("Client gone", extra={**about, "clients": hub.clients, "end": end.value if end else "left"})
        if end is SessionEnd.TOO_SLOW:
            abort(scope)
        elif end is not None:
            await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _while_connected(run: Any, receive: Receive) -> SessionEnd | None:  # noqa: ANN401 - a coroutine
    """Return how the session ended, None if the client left before."""
    session: asyncio.Task[SessionEnd] = asyncio.ensure_future(run)
    gone = asyncio.ensure_future(_disconnected(receive))
    try:
        await asyncio.wait((session, gone), return_when=asyncio.FIRST_COMPLETED)
        return session.result() if session.done() else None
    finally:
        for task in (session, gone):
            task.cancel()
        await asyncio.gather(session, gone, return_exceptions=True)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue
