"""Hostile requests on raw sockets: what is too long, slow or too many is refused, and others are served."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.sse_client import open_stream
from tests.support.streaming_process import StreamingProcess, streaming_process
from tests.support.tables import TableNames
from tfdrift.demo.emulator import Emulator

pytestmark = pytest.mark.emulator

LIMITS = {
    "TFDRIFT_REQUEST_SECONDS": "1",
    "TFDRIFT_MAX_CLIENTS_PER_ADDRESS": "2",
    "TFDRIFT_TRUSTED_PROXIES": "127.0.0.0/8",
}


@pytest.fixture
def server(emulator: Emulator, tables: TableNames, tmp_path: Path) -> Iterator[StreamingProcess]:
    with streaming_process(emulator, tables, tmp_path, LIMITS) as running:
        yield running
        assert "Traceback" not in running.log.read_text()


async def connect(server: StreamingProcess) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, port = server.base.removeprefix("http://").split(":")
    return await asyncio.open_connection(host, int(port))


async def answer_to(server: StreamingProcess, *parts: bytes) -> bytes:
    """Send the parts and return what came until the server ended the connection."""
    reader, writer = await connect(server)
    for part in parts:
        writer.write(part)
    try:
        return await asyncio.wait_for(reader.read(), 20)
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


def refusal(answer: bytes) -> tuple[int, str]:
    """Return the status and the envelope's code of the answer."""
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)["error"]["code"]


def get(path: bytes, *headers: bytes) -> bytes:
    return b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\n" + b"".join(headers) + b"\r\n"


@pytest.mark.parametrize(
    ("request_bytes", "expected"),
    [
        (get(b"/health?" + b"x" * 9_000), (414, "url_too_long")),
        (get(b"/health", b"X-Long: " + b"x" * 33_000 + b"\r\n"), (431, "head_too_large")),
        (get(b"/health", *[b"X-%d: 1\r\n" % n for n in range(120)]), (431, "head_too_large")),
        (b"POST /health HTTP/1.1\r\nHost: h\r\nContent-Length: 9999999\r\n\r\n", (413, "payload_too_large")),
        (b"\x16\x03\x01 hello\r\n\r\n", (400, "bad_request")),
    ],
)
async def test_what_is_too_long_is_refused_in_the_envelope(
    server: StreamingProcess, request_bytes: bytes, expected: tuple[int, str]
) -> None:
    assert refusal(await answer_to(server, request_bytes)) == expected


async def test_endless_heads_and_urls_end_and_others_are_served(server: StreamingProcess) -> None:
    # when: a URL of 100 kB, a header of 1 MB and a body of 2 MB without an announced length
    chunks = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    endless = [
        b"GET /" + b"x" * 100_000,
        b"GET / HTTP/1.1\r\nX-Long: " + b"x" * 1_000_000,
        b"\r\n" * 50_000,
        b"POST /health HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks * 32,
    ]
    await asyncio.gather(*(answer_to(server, request) for request in endless))

    # then
    assert (await asyncio.to_thread(server.health))["status"] == "ok"
    log = server.log.read_text()
    assert {"url_too_long", "head_too_large"} <= {
        reason for reason in ("url_too_long", "head_too_large") if reason in log
    }


async def test_a_head_a_body_and_a_silent_connection_that_are_slow_are_closed(
    server: StreamingProcess,
) -> None:
    body = b"POST /health HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc"

    head, silent, slow_body, second = await asyncio.gather(
        answer_to(server, b"GET /health HTTP/1.1\r\nHost: "),
        answer_to(server),
        answer_to(server, body),
        answer_to(server, get(b"/health") + b"GET /health HTTP/1.1\r\nX-Slow: "),
    )

    assert refusal(head) == (408, "slow_request")
    assert silent == b""
    assert slow_body.split(b" ")[1] in {b"405", b"408"}
    assert second.startswith(b"HTTP/1.1 200")
    assert b"408" in second


async def test_a_stream_outlives_the_time_for_a_request(server: StreamingProcess) -> None:
    async with open_stream(server.base) as stream:
        await stream.next()
        await asyncio.sleep(1.5)
        assert (await asyncio.to_thread(server.health))["clients"] == 1


async def test_a_flood_of_pipelined_requests_ends_the_connection(server: StreamingProcess) -> None:
    few = await answer_to(server, get(b"/health") * 5)
    assert few.count(b"HTTP/1.1 200") == 5

    many = await answer_to(server, get(b"/health") * 5_000)
    assert many.count(b"HTTP/1.1 200") < 100


async def test_an_address_has_its_own_limit_told_by_the_trusted_proxy_alone(server: StreamingProcess) -> None:
    def ask(address: str) -> httpx.Response:
        return httpx.get(f"{server.base}/api/v1/stream", headers={"X-Forwarded-For": address}, timeout=5)

    from_one = {"X-Forwarded-For": "198.51.100.7, 203.0.113.1"}
    async with (
        open_stream(server.base, headers=from_one) as one,
        open_stream(server.base, headers=from_one) as two,
    ):
        await one.next()
        await two.next()

        # then: the last hop counts, whatever stands before it
        refused = await asyncio.to_thread(ask, "192.0.2.5, 203.0.113.1")
        assert refused.status_code == 503
        assert refused.json()["error"]["code"] == "too_many_clients_from_address"
        assert int(refused.headers["retry-after"]) > 0
        async with open_stream(server.base, headers={"X-Forwarded-For": "203.0.113.2"}) as other:
            assert (await other.next()).event == "connected"

    # and: who has left makes room
    async with asyncio.timeout(10):
        while (await asyncio.to_thread(server.health))["clients"]:
            await asyncio.sleep(0.05)
    async with open_stream(server.base, headers=from_one) as again:
        assert (await again.next()).event == "connected"
