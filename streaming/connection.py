"""The server's HTTP protocol, which hands the connection of an event stream over once its answer has begun.

From then on uvicorn and ASGI hold nothing for the client, and its bytes go to the transport directly. What of
uvicorn's inside this needs is in `StreamingProtocol.hand_over`, and nowhere else.
"""

import asyncio
import socket
from collections.abc import Callable
from typing import cast

from starlette.types import Scope

from streaming.request_limits import LimitedProtocol

_EXTENSION = "tfdrift.hand_over"

HandOver = Callable[[asyncio.Protocol], asyncio.Transport | None]


class StreamingProtocol(LimitedProtocol):
    """The limited protocol, with the way to take its connection over in the scope of each request."""

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self.scope["extensions"] = {_EXTENSION: {"hand_over": self.hand_over}}

    def hand_over(self, heir: asyncio.Protocol) -> asyncio.Transport | None:
        """Leave the connection to `heir`, in the midst of an answer; None if the client has left by now.

        uvicorn takes the request for one whose client is gone: it writes nothing more, closes nothing and
        does not wait for it when it stops. A request that the client sent behind the first is dropped with
        the connection, as `heir` does with whatever comes later.
        """
        transport, cycle = self.transport, self.cycle
        if cycle.disconnected or transport.is_closing():
            return None
        cycle.disconnected = True
        cycle.message_event.set()
        self._unset_keepalive_if_required()
        self.connections.discard(self)
        transport.set_protocol(heir)
        if self.pipeline:
            transport.abort()
        self.flow.resume_reading()
        self._forget()
        return transport

    def _forget(self) -> None:
        """Break the references in a circle, so that the request's memory is free at once."""
        self.parser = None  # type: ignore[assignment]
        self.cycle = None  # type: ignore[assignment]
        self.flow = None  # type: ignore[assignment]
        self.scope = None  # type: ignore[assignment]
        self.transport = None  # type: ignore[assignment]


def hand_over(scope: Scope, heir: asyncio.Protocol) -> asyncio.Transport | None:
    """Return the connection's transport, now of `heir`, or None if the client has left.

    Raises LookupError on a server without that extension.
    """
    extension = scope.get("extensions", {}).get(_EXTENSION)
    if extension is None:
        raise LookupError("the server cannot hand a connection over")
    return cast("HandOver", extension["hand_over"])(heir)


def bound_silence(transport: asyncio.Transport, seconds: float) -> None:
    """Have the kernel close a connection whose peer acknowledges nothing for so long: it may have vanished.

    TCP_USER_TIMEOUT: https://man7.org/linux/man-pages/man7/tcp.7.html; other systems have longer times.
    """
    connection = transport.get_extra_info("socket")
    option = getattr(socket, "TCP_USER_TIMEOUT", None)
    if connection is not None and option is not None:
        connection.setsockopt(socket.IPPROTO_TCP, option, int(seconds * 1000))
