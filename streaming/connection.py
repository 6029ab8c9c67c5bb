"""The server's HTTP protocol, which lets a stream end a connection that takes no bytes any more.

ASGI has no word for "drop this connection": an orderly end waits for the client to read what is buffered, and
a client that does not read would hold its memory for good.
"""

from typing import TYPE_CHECKING

from starlette.types import Scope

from streaming.request_limits import LimitedProtocol

if TYPE_CHECKING:
    from asyncio import Transport

_EXTENSION = "tfdrift.transport"


class StreamingProtocol(LimitedProtocol):
    """The limited protocol, with the connection's transport in the scope of each request."""

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self.scope["extensions"] = {_EXTENSION: {"transport": self.transport}}


def abort(scope: Scope) -> None:
    """Drop the connection at once, with what is buffered for it; raises LookupError on another server."""
    extension = scope.get("extensions", {}).get(_EXTENSION)
    if extension is None:
        raise LookupError("the server gives no access to the connection's transport")
    transport: Transport = extension["transport"]
    transport.abort()
