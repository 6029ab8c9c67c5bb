"""A WebSocket client of the product: a real library's, and a bare socket for what no library would send."""

import json
import os
import socket
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

Message = dict[str, Any]
_HANDSHAKE = (
    "GET /ws HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{more}\r\n"
)


class WebSocketClient:
    """An open connection, after its welcome."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.welcome: Message = {}

    async def send(self, kind: str, **fields: Any) -> None:
        """Send a message."""
        await self.connection.send(json.dumps({"type": kind, **fields}))

    async def next(self) -> Message:
        """Return the next message; raises ConnectionClosed."""
        message: Message = json.loads(await self.connection.recv())
        return message

    async def ask(self, kind: str, **fields: Any) -> Message:
        """Send a message and return the next one that comes."""
        await self.send(kind, **fields)
        return await self.next()

    async def take(self, count: int) -> list[Message]:
        """Return the next messages."""
        return [await self.next() for _ in range(count)]

    async def closed(self) -> tuple[int, str]:
        """Return the close code and its reason, once the server has closed; drops what comes before."""
        with suppress(ConnectionClosed):
            while True:
                await self.connection.recv()
        return self.connection.close_code or 0, self.connection.close_reason or ""


@asynccontextmanager
async def open_websocket(base: str, **options: Any) -> AsyncIterator[WebSocketClient]:
    """Connect to the server at `base`; yields the client after its welcome."""
    url = f"{base.replace('http://', 'ws://')}/ws"
    async with connect(url, compression=None, close_timeout=2, **options) as connection:
        client = WebSocketClient(connection)
        client.welcome = await client.next()
        yield client


def ids(messages: list[Message]) -> list[str]:
    """Return the payloads' own ids; a gap counts as one, under its name."""
    return [m["payload"]["id"] if m["type"] != "gap" else "gap" for m in messages]


class RawSocket:
    """A connection that sends any bytes, and reads the server's frames."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self._data = b""

    def frame(self, opcode: int, payload: bytes, *, flags: int = 0x80, masked: bool = True) -> None:
        """Send a frame as it is asked for, right or wrong."""
        length = len(payload)
        size = bytes([length]) if length < 126 else b"\x7e" + struct.pack("!H", length)
        if masked:
            key = os.urandom(4)
            size = bytes([size[0] | 0x80]) + size[1:] + key
            payload = bytes(byte ^ key[i % 4] for i, byte in enumerate(payload))
        self.connection.sendall(bytes([flags | opcode]) + size + payload)

    def receive(self) -> tuple[int, bytes]:
        """Return the server's next frame, as opcode and payload."""
        head = self._take(2)
        length = head[1] & 0x7F
        if length == 126:
            (length,) = struct.unpack("!H", self._take(2))
        elif length == 127:
            (length,) = struct.unpack("!Q", self._take(8))
        return head[0] & 0x0F, self._take(length)

    def close_frame(self) -> tuple[int, str]:
        """Return the code and the reason of the server's close frame, whatever comes before it."""
        while True:
            opcode, payload = self.receive()
            if opcode == 0x8:
                return struct.unpack("!H", payload[:2])[0], payload[2:].decode()

    def rest(self) -> bytes:
        """Return everything until the server closes the connection."""
        while part := self.connection.recv(65_536):
            self._data += part
        return self._data

    def _take(self, count: int) -> bytes:
        while len(self._data) < count:
            part = self.connection.recv(65_536)
            if not part:
                raise ConnectionError("the server closed the connection")
            self._data += part
        taken, self._data = self._data[:count], self._data[count:]
        return taken


@contextmanager
def raw_socket(base: str, receive_buffer: int | None = None) -> Iterator[RawSocket]:
    """Connect without saying anything."""
    host, port = base.removeprefix("http://").split(":")
    with socket.socket() as connection:
        if receive_buffer is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        connection.settimeout(15)
        connection.connect((host, int(port)))
        yield RawSocket(connection)


@contextmanager
def raw_websocket(base: str, more: str = "", receive_buffer: int | None = None) -> Iterator[RawSocket]:
    """Connect and shake hands; yields the connection after the welcome."""
    with raw_socket(base, receive_buffer) as raw:
        host = base.removeprefix("http://")
        raw.connection.sendall(_HANDSHAKE.format(host=host, more=more).encode())
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += raw.connection.recv(1)
        assert answer.startswith(b"HTTP/1.1 101 "), answer
        assert raw.receive()[0] == 0x1
        yield raw
