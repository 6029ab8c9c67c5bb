"""The server's WebSocket protocol: uvicorn's, mended where a hostile client could hold or lose a connection.

Divergences from uvicorn's, each with its reason:

- The connection is in the scope, so that a client that does not read is known of, and can be cut off.
- A client that answers no ping is cut off: closing would wait for it to read what is buffered.
- After a frame that breaks the protocol the rest of what the client sends is read and thrown away for a
  moment. Closing with unread bytes resets the connection, and the client would not see the close code.
- A request that cannot be read is answered and closed; otherwise its connection would stay open for good.
- When the server stops, connections end over the drain and with a reason, not all at once.
- Pings are not answered without bound to a client that does not read.
"""

import logging
from typing import TYPE_CHECKING, Any, Protocol, cast

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

if TYPE_CHECKING:
    from starlette.types import Scope
    from uvicorn._types import ASGISendEvent

_LOG = logging.getLogger(__name__)
# uvicorn tells of each request with its query; what the product tells of clients is enough.
_LOG.setLevel(logging.WARNING)
_EXTENSION = "tfdrift.connection"
_DISCARD_SECONDS = 2.0
_CLOSE_SECONDS = 1.0
_MOST_UNREAD_BYTES = 1024 * 1024


class Watcher(Protocol):
    """Who hears whether a connection's transport takes bytes."""

    def full(self) -> None:
        """Hear that the transport's buffer is full."""
        ...

    def emptied(self) -> None:
        """Hear that the buffer has room again, or is gone."""
        ...


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """One client's connection."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - uvicorn's own arguments
        super().__init__(*args, **kwargs)
        self.logger = self.conn.logger = _LOG
        self._failed = False
        self.watcher: Watcher | None = None
        self.close_timeout = _CLOSE_SECONDS

    def shutdown(self) -> None:
        """Let a client's session end the connection at its moment of the drain; uvicorn would do it now."""
        if not self.handshake_complete or self.close_sent:
            super().shutdown()

    def pause_writing(self) -> None:
        """Hold back what is sent."""
        super().pause_writing()
        if self.watcher is not None:
            self.watcher.full()

    def resume_writing(self) -> None:
        """Send again."""
        super().resume_writing()
        if self.watcher is not None:
            self.watcher.emptied()

    def connection_lost(self, exc: Exception | None) -> None:
        """End the connection."""
        super().connection_lost(exc)
        if self.watcher is not None:
            self.watcher.emptied()
            self.watcher = None

    def data_received(self, data: bytes) -> None:
        """Take what the client sent."""
        if self._failed:
            return
        super().data_received(data)
        if self.conn.handshake_exc is not None and not self.handshake_initiated:
            self._failed = True
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.transport.close()

    def handle_parser_exception(self) -> None:
        """Say why the connection fails, and close it when the client has closed it or a moment later."""
        self._failed = True
        close = self.conn.close_sent
        self.queue.put_nowait(
            {
                "type": "websocket.disconnect",
                "code": close.code if close else 1006,
                "reason": close.reason if close else "",
            }
        )
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.stop_keepalive()
        self.transport.resume_reading()
        if self.close_timer is None:
            self.close_timer = self.loop.call_later(_DISCARD_SECONDS, self.transport.close)

    def send_receive_event_to_app(self) -> None:
        """Hand a message to the app, or fail the connection where a text is no UTF-8."""
        if self.curr_msg_data_type == "text" and not _is_utf8(b"".join(self.frames)):
            self.frames = []
            self.conn.fail(1007, "a text has to be UTF-8")
            self.handle_parser_exception()
            return
        super().send_receive_event_to_app()

    def handle_ping(self) -> None:
        """Answer a ping, unless the client lets answers pile up."""
        if self.transport.get_write_buffer_size() > _MOST_UNREAD_BYTES:
            self.transport.abort()
            return
        super().handle_ping()

    def keepalive_timeout(self) -> None:
        """Cut off a client that answered no ping."""
        super().keepalive_timeout()
        self.transport.abort()

    async def run_asgi(self) -> None:
        """Run the app."""
        extensions = cast("dict[str, Any]", self.scope["extensions"])
        extensions[_EXTENSION] = {"connection": self}
        await super().run_asgi()

    async def send(self, message: "ASGISendEvent") -> None:
        """Send; raises ClientDisconnected once the connection has failed."""
        await self.writable.wait()
        if self._failed or self.transport.is_closing():
            raise ClientDisconnected
        await super().send(message)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def watch(scope: "Scope", watcher: Watcher) -> None:
    """Have a watcher hear whether the connection takes bytes; raises LookupError on another server."""
    _connection(scope).watcher = watcher


def buffered(scope: "Scope") -> int:
    """Return how many bytes wait for the connection; raises LookupError on another server."""
    return _connection(scope).transport.get_write_buffer_size()


def abort(scope: "Scope") -> None:
    """Drop the connection at once, with what is buffered for it; raises LookupError on another server."""
    _connection(scope).transport.abort()


def _connection(scope: "Scope") -> WebSocketProtocol:
    extension = scope.get("extensions", {}).get(_EXTENSION)
    if extension is None:
        raise LookupError("the server gives no access to the connection")
    connection: WebSocketProtocol = extension["connection"]
    return connection
