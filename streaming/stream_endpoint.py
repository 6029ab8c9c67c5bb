"""GET /api/v1/stream: checks what the client asks for, and answers with its event stream."""

import asyncio
import logging
import uuid

from fastapi import APIRouter, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from streaming.admission import admit, beginning
from streaming.connection import bound_silence, hand_over
from streaming.cursor import Cursor
from streaming.filters import InvalidFilter, StreamFilter, parse_filter
from streaming.frames import connected_frame, gap_frame
from streaming.metrics import Transport
from streaming.ring import CHUNK_BYTES
from streaming.runtime import Runtime
from streaming.start import InvalidSince, Start, parse_wish, source_of
from streaming.stream_client import StreamClient
from tfdrift.rest.envelope import ApiError

_LOG = logging.getLogger(__name__)

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

    `types`, `severity`, `resource_type` and `account_id` take comma separated lists. A client that comes back
    names the last id it saw in the header `Last-Event-ID`, or as `lastEventId` where it cannot set headers,
    and receives every event after it. A client without one may name a time as `since`, and receives what was
    committed to the feed from then on.
    """
    runtime = _runtime(request)
    query = request.query_params
    try:
        names = ("types", "severity", "resource_type", "account_id")
        wanted = parse_filter({name: query.getlist(name) for name in names})
        wish = parse_wish(request.headers, query)
    except InvalidFilter as error:
        raise ApiError(400, "invalid_filter", str(error)) from error
    except InvalidSince as error:
        raise ApiError(400, "invalid_since", str(error)) from error
    address = admit(request, runtime)
    try:
        start = await beginning(runtime, wish)
    except BaseException:
        runtime.clients.leave(address)
        raise
    client = StreamClient(
        runtime.fanout, stream_id=str(uuid.uuid4()), address=address, position=start.position
    )
    return EventStreamResponse(runtime, client, wanted, start)


class EventStreamResponse(Response):
    """An answer without an end: it begins as every answer does, then the connection is the fan-out's."""

    media_type = "text/event-stream"

    def __init__(self, runtime: Runtime, client: StreamClient, wanted: StreamFilter, start: Start) -> None:
        self.status_code = 200
        self.background = None
        self.body = b""
        self._runtime = runtime
        self._client = client
        self._wanted = wanted
        self._start = start
        self._epoch = runtime.hub.epoch
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
        """Greet the client and take its connection over."""
        del receive
        transport = None
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            await send({"type": "http.response.body", "body": self._greeting(), "more_body": True})
            transport = hand_over(scope, self._client)
        finally:
            if transport is None:
                self._runtime.clients.leave(self._client.address)
        if transport is not None:
            self._join(transport)

    def _greeting(self) -> bytes:
        retry = self._runtime.settings.retry_milliseconds
        greeting = connected_frame(self._client.stream_id, self._start.greeting, retry)
        if self._start.gap is not None:
            greeting += gap_frame(self._start.gap, Cursor(self._epoch, self._start.position))
        return greeting

    def _join(self, transport: asyncio.Transport) -> None:
        settings = self._runtime.settings
        transport.set_write_buffer_limits(high=CHUNK_BYTES, low=CHUNK_BYTES // 4)
        # Longer than the bounds of a client that is there: those say in the log what was wrong.
        bound_silence(transport, 2 * (settings.keep_alive_seconds + settings.write_timeout_seconds))
        hub = self._runtime.hub
        hub.metrics.started(Transport.SSE, source_of(hub, self._start))
        self._runtime.fanout.join(self._client, transport, self._wanted, self._epoch)
        _LOG.info(
            "Client connected",
            extra={
                "stream_id": self._client.stream_id,
                "clients": hub.clients,
                "start": str(self._start.greeting),
            },
        )
