"""Where a client's bytes go: the one interface between a stream and the server that carries it."""

from typing import Protocol

from starlette.types import Send


class Outlet(Protocol):
    """Takes a client's bytes."""

    async def write(self, data: bytes) -> None:
        """Send the bytes; returns when there is room for more."""
        ...


class AsgiOutlet:
    """Sends through ASGI: the server's flow control holds `write` while the client does not read."""

    __slots__ = ("_send",)

    def __init__(self, send: Send) -> None:
        self._send = send

    async def write(self, data: bytes) -> None:
        """Send the bytes; returns when there is room for more."""
        await self._send({"type": "http.response.body", "body": data, "more_body": True})
