"""One client's connection as the session sees it: texts in, texts out, and two ways to end it."""

import asyncio

from starlette.websockets import WebSocket, WebSocketDisconnect

from streaming.fanout import Fanout
from streaming.websocket.faults import ClientGone, CloseCode, Ending, ProtocolFault
from streaming.websocket.protocol import abort, buffered, watch

_CLOSE_SECONDS = 1.0


class Channel:
    """Sends and receives text messages; every send has to be taken within the write timeout (seconds).

    What waits for the client while its transport is full counts into the bound for all clients.
    """

    def __init__(self, websocket: WebSocket, write_timeout: float, fanout: Fanout) -> None:
        self._websocket = websocket
        self._write_timeout = write_timeout
        self._fanout = fanout
        self._cut = False
        watch(websocket.scope, self)

    def full(self) -> None:
        """Hear that the client takes no more for now."""
        self._fanout.full(self)

    def emptied(self) -> None:
        """Hear that the client takes bytes again, or is gone."""
        self._fanout.emptied(self)

    def buffered(self) -> int:
        """Return how many bytes wait for the client."""
        return buffered(self._websocket.scope)

    def cut(self) -> None:
        """Drop the client: too much waits for it."""
        self._cut = True
        self.emptied()
        abort(self._websocket.scope)

    async def receive(self) -> str:
        """Return the next message; raises as `send`, and ProtocolFault for a binary one."""
        message = await self._websocket.receive()
        if message["type"] == "websocket.disconnect":
            raise self._lost()
        text = message.get("text")
        if not isinstance(text, str):
            raise ProtocolFault(CloseCode.NOT_UNDERSTOOD, "a message has to be text, not binary")
        return text

    async def send(self, text: str) -> None:
        """Send a message; raises ClientGone if the client left, TimeoutError if it takes nothing."""
        async with asyncio.timeout(self._write_timeout):
            try:
                await self._websocket.send({"type": "websocket.send", "text": text})
            except WebSocketDisconnect as error:
                raise self._lost() from error

    def _lost(self) -> ClientGone | TimeoutError:
        """Return why no message comes or goes: a client that was cut took too little."""
        return TimeoutError("too much waited for the client") if self._cut else ClientGone()

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
