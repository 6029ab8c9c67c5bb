"""What a stream asks of its connection: a bound on a peer's silence, and a server that hands it over."""

import asyncio
import socket

import pytest

from streaming.connection import bound_silence, hand_over


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="this system has no such option")
async def test_the_kernel_is_told_how_long_a_peer_may_acknowledge_nothing() -> None:
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    async with server:
        _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())

        bound_silence(writer.transport, 12.5)

        connection = writer.get_extra_info("socket")
        assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 12_500
        writer.close()
        await writer.wait_closed()


async def test_a_server_without_the_extension_is_told_apart_from_a_client_that_left() -> None:
    with pytest.raises(LookupError, match="cannot hand a connection over"):
        hand_over({"type": "http", "extensions": {}}, asyncio.Protocol())
