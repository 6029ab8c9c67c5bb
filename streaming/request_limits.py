"""What a request may be before the app sees it: head, URL, body, time and pipeline are bounded."""

import asyncio
import http
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from streaming.client_limits import RETRY_SECONDS
from tfdrift.rest.envelope import failure

_LOG = logging.getLogger(__name__)
_MOST_HEADERS = 100
# Requests that came before the answer to the one before them; no browser and no load balancer sends any.
_MOST_PIPELINED = 16


def _nothing(_reason: str) -> None:
    return


@dataclass(frozen=True, slots=True)
class RequestLimits:
    """Bytes of a request's parts, seconds until it has to be there whole, and who counts refusals."""

    head_bytes: int = 32 * 1024
    url_bytes: int = 8 * 1024
    body_bytes: int = 1024 * 1024
    seconds: float = 10.0
    connections: int = 10_000
    refused: Callable[[str], None] = _nothing


class _Refused(Exception):  # noqa: N818 - names what happened
    """Ends the parsing of a request."""


@dataclass(frozen=True, slots=True)
class _Refusal:
    """An answer without the app."""

    status: int
    code: str
    message: str

    def response(self) -> bytes:
        """Return the answer's bytes; the connection ends with it."""
        headers = {"Connection": "close"}
        if self.status == http.HTTPStatus.SERVICE_UNAVAILABLE:
            headers["Retry-After"] = str(RETRY_SECONDS)
        answer = failure(self.status, self.code, self.message, headers)
        fields = b"".join(b"%b: %b\r\n" % field for field in answer.raw_headers)
        return STATUS_LINE[self.status] + fields + b"\r\n" + bytes(answer.body)


_HEAD = _Refusal(431, "head_too_large", "the request's head is too large")
_URL = _Refusal(414, "url_too_long", "the request's URL is too long")
_BODY = _Refusal(413, "payload_too_large", "the request's body is too large")
_SLOW = _Refusal(408, "slow_request", "the request did not arrive in time")
_INVALID = _Refusal(400, "bad_request", "this is not an HTTP request")
_PIPELINED = _Refusal(400, "too_many_pipelined", "too many requests before an answer")
_FULL = _Refusal(503, "too_many_connections", "this server takes no more connections now")


class LimitedProtocol(HttpToolsProtocol):
    """uvicorn's protocol, with limits on what has not yet reached the app."""

    limits: ClassVar[RequestLimits] = RequestLimits()

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - uvicorn's own arguments
        super().__init__(*args, **kwargs)
        self._refusal: _Refusal | None = None
        self._head_open = True
        self._begun = False
        self._ended_in_read = False
        self._unread_head = 0
        self._body_bytes = 0
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin with a deadline for the first request, or refuse when there are too many connections."""
        super().connection_made(transport)
        if len(self.connections) > self.limits.connections:
            self._refuse(_FULL)
            return
        self._set_deadline()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the deadline."""
        self._clear_deadline()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what came, unless the request was refused."""
        if self._is_refused() or self.transport.is_closing():
            return
        if self._deadline is None and self._head_open:
            self._set_deadline()
        self._ended_in_read = False
        super().data_received(data)
        if self._head_open and not self._is_refused():
            # Of a read in which a request before this one ended, the bytes of this head are not counted.
            self._unread_head += 0 if self._ended_in_read else len(data)
            if self._unread_head > self.limits.head_bytes:
                self._refuse(_HEAD)

    def send_400_response(self, msg: str) -> None:
        """Answer what could not be parsed, and what the parsing was ended for."""
        del msg
        self._refuse(self._refusal or _INVALID)

    def on_message_begin(self) -> None:
        """Begin a request, which may have come in one read with the end of another."""
        self._begun = True
        if self._deadline is None:
            self._set_deadline()
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """Take a part of the URL."""
        super().on_url(url)
        if len(self.url) > self.limits.url_bytes:
            self._end_parsing(_URL)

    def on_headers_complete(self) -> None:
        """Hand the request over if its head is within the limits."""
        self._head_open = False
        self._unread_head = 0
        self._body_bytes = 0
        size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if size > self.limits.head_bytes or len(self.headers) > _MOST_HEADERS:
            self._end_parsing(_HEAD)
        if self._announced_body() > self.limits.body_bytes:
            self._end_parsing(_BODY)
        if len(self.pipeline) >= _MOST_PIPELINED:
            self._end_parsing(_PIPELINED)
        super().on_headers_complete()

    def _announced_body(self) -> int:
        lengths = [value for name, value in self.headers if name == b"content-length"]
        return max((int(value) for value in lengths if value.isdigit()), default=0)

    def on_body(self, body: bytes) -> None:
        """Take a part of the body, whose length need not have been announced."""
        self._body_bytes += len(body)
        if self._body_bytes > self.limits.body_bytes:
            self._end_parsing(_BODY)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Note that the request is here whole."""
        self._clear_deadline()
        self._head_open = True
        self._begun = False
        self._ended_in_read = True
        super().on_message_complete()

    def _end_parsing(self, refusal: _Refusal) -> None:
        self._refusal = refusal
        raise _Refused(refusal.code)

    def _refuse(self, refusal: _Refusal) -> None:
        """Answer, unless another answer is under way, and end the connection."""
        self._refusal = refusal
        self._clear_deadline()
        self.limits.refused(refusal.code)
        peer = self.client[0] if self.client else None
        _LOG.info("Request refused", extra={"status": refusal.status, "reason": refusal.code, "peer": peer})
        if not self._answering():
            self.transport.write(refusal.response())
        self.transport.close()

    def _is_refused(self) -> bool:
        return self._refusal is not None

    def _answering(self) -> bool:
        cycle: object = self.cycle
        return (
            isinstance(cycle, RequestResponseCycle) and cycle.response_started and not cycle.response_complete
        )

    def _set_deadline(self) -> None:
        self._deadline = self.loop.call_later(self.limits.seconds, self._too_slow)

    def _clear_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_slow(self) -> None:
        self._deadline = None
        transport: asyncio.Transport | None = self.transport
        if transport is None or transport.is_closing() or transport.get_protocol() is not self:
            return  # the connection was handed over, or ends anyway
        if self._begun:
            self._refuse(_SLOW)
        else:
            self.transport.close()


Limited = TypeVar("Limited", bound=LimitedProtocol)


def with_limits(protocol: type[Limited], limits: RequestLimits) -> type[Limited]:
    """Return the protocol with limits of its own; uvicorn makes an instance for each connection."""
    return type(protocol.__name__, (protocol,), {"limits": limits})
