"""One client's connection as the session sees it: texts in, texts out, and two ways to end it."""

import asyncio

from starlette.websockets import WebSocket, WebSocketDisconnect

from streaming.websocket.faults import ClientGone, CloseCode, Ending, ProtocolFault
from streaming.websocket.protocol import abort

_CLOSE_SECONDS = 1.0


class Channel:
    """Sends and receives text messages; every send has to be taken within the write timeout (seconds)."""

    def __init__(self, websocket: WebSocket, write_timeout: float) -> None:
        self._websocket = websocket
        self._write_timeout = write_timeout

    async def receive(self) -> str:
        """Return the next message; raises ClientGone, and ProtocolFault for a binary one."""
        message = await self._websocket.receive()
        if message["type"] == "websocket.disconnect":
            raise ClientGone
        text = message.get("text")
        if not isinstance(text, str):
            raise ProtocolFault(CloseCode.NOT_UNDERSTOOD, "a message has to be text, not binary")
        return text

    async def send(self, text: str) -> None:
        """Send a message; raises TimeoutError if the client does not take it, ClientGone if it left."""
        async with asyncio.timeout(self._write_timeout):
            try:
                await self._websocket.send({"type": "websocket.send", "text": text})
            except WebSocketDisconnect as error:
                raise ClientGone from error

    async def end(self, ending: Ending) -> None:
        """Close with the ending's code and reason; cut a client that would not take even that."""
        if ending.cut:
            abort(self._websocket.scope)
            return
        try:
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self._websocket.close(ending.code, ending.reason)
        except TimeoutError:
            abort(self._websocket.scope)
        except WebSocketDisconnect:
            return
