"""What breaks the WebSocket's protocol is answered with a close code and a reason, or an HTTP status."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed

from tests.support.streaming_process import StreamingProcess, streaming_process
from tests.support.tables import TableNames, create_tables, delete_tables
from tests.support.websocket_client import open_websocket, raw_socket, raw_websocket
from tfdrift.demo.emulator import Emulator

pytestmark = pytest.mark.emulator

TEXT, BINARY, PING = 0x1, 0x2, 0x9
KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="


@pytest.fixture(scope="module")
def server(
    emulator: Emulator, dynamodb: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StreamingProcess]:
    tables: TableNames = create_tables(dynamodb)
    folder = tmp_path_factory.mktemp("websocket")
    with streaming_process(emulator, tables, folder) as running:
        yield running
        assert "Traceback" not in running.log.read_text()
    delete_tables(dynamodb, tables)


@pytest.mark.parametrize(
    ("text", "code"),
    [("}", 1003), ("[]", 1003), ('{"type":"shout"}', 1008), ('{"type":"query"}', 1008)],
)
async def test_text_that_is_no_message_closes_with_a_reason(
    server: StreamingProcess, text: str, code: int
) -> None:
    async with open_websocket(server.base) as client:
        await client.connection.send(text)
        found, reason = await client.closed()

    assert found == code
    assert reason


async def test_a_message_that_is_too_long_closes_with_1009(server: StreamingProcess) -> None:
    async with open_websocket(server.base) as client:
        await client.connection.send(json.dumps({"type": "ping", "payload": "x" * 500_000}))
        assert (await client.closed())[0] == 1009


@pytest.mark.parametrize(
    ("opcode", "payload", "options", "code"),
    [
        (BINARY, b"{}", {}, 1003),
        (TEXT, b'{"type":"ping"}', {"masked": False}, 1002),
        (TEXT, b"{}", {"flags": 0xC0}, 1002),
        (0x3, b"", {}, 1002),
        (PING, b"x" * 200, {}, 1002),
        (0x0, b"more of nothing", {}, 1002),
        (TEXT, b"\xff\xfe", {}, 1007),
    ],
    ids=["binary", "unmasked", "reserved bit", "reserved opcode", "long ping", "continuation", "no utf-8"],
)
def test_frames_that_break_the_protocol_close_with_its_code(
    server: StreamingProcess, opcode: int, payload: bytes, options: dict[str, Any], code: int
) -> None:
    with raw_websocket(server.base) as raw:
        raw.frame(opcode, payload, **options)
        assert raw.close_frame()[0] == code


def test_a_ping_is_answered_with_its_payload(server: StreamingProcess) -> None:
    with raw_websocket(server.base) as raw:
        raw.frame(PING, b"here?")
        assert raw.receive() == (0xA, b"here?")


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/ws", "Sec-WebSocket-Version: 13", b"400"),
        ("/ws", f"{KEY}\r\nSec-WebSocket-Version: 7", b"400"),
        ("/ws", f"{KEY}\r\nSec-WebSocket-Version: 13\r\nX-Long: {'x' * 9_000}", b"431"),
        ("/else", f"{KEY}\r\nSec-WebSocket-Version: 13", b"404"),
    ],
    ids=["no key", "old version", "long header", "another path"],
)
def test_a_handshake_that_cannot_be_is_answered_by_http(
    server: StreamingProcess, path: str, headers: str, status: bytes
) -> None:
    with raw_socket(server.base) as raw:
        upgrade = "Host: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade"
        raw.connection.sendall(f"GET {path} HTTP/1.1\r\n{upgrade}\r\n{headers}\r\n\r\n".encode())
        assert raw.rest().split()[1] == status


def test_plain_http_is_told_to_upgrade(server: StreamingProcess) -> None:
    answer = httpx.get(f"{server.base}/ws")

    assert answer.status_code == 426
    assert answer.headers["upgrade"] == "websocket"
    assert answer.json()["error"]["code"] == "upgrade_required"


FIELDS = st.fixed_dictionaries(
    {"type": st.sampled_from(["subscribe", "unsubscribe", "ping", "query"]) | st.text(max_size=5)},
    optional={
        "topic": st.sampled_from(["all", "drifts", "stats", "x"]) | st.integers(),
        "severity": st.lists(st.sampled_from(["high", "x"]), max_size=2) | st.none(),
        "last_event_id": st.text(max_size=20) | st.just("0:1.0") | st.integers(),
        "since": st.text(max_size=10),
        "query": st.sampled_from(["drift", "states", "x"]),
        "params": st.dictionaries(st.sampled_from(["id", "page"]), st.text(max_size=5) | st.integers()),
        "payload": st.none() | st.text(max_size=5) | st.lists(st.integers(), max_size=2),
        "request_id": st.integers() | st.text(max_size=5),
    },
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(FIELDS, min_size=1, max_size=4))
def test_whatever_a_client_says_it_gets_answers_or_a_reasoned_close(
    server: StreamingProcess, messages: list[dict[str, Any]]
) -> None:
    async def talk() -> None:
        async with open_websocket(server.base) as client:
            for message in messages:
                await client.connection.send(json.dumps(message))
            await client.connection.send('{"type":"ping","payload":"the last"}')
            async with asyncio.timeout(15):
                try:
                    while (await client.next())["payload"] != "the last":
                        continue
                except ConnectionClosed:
                    assert client.connection.close_code in {1003, 1008}
                    assert client.connection.close_reason

    asyncio.run(talk())
