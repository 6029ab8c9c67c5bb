"""The connection of a stream after it is handed over: raw sockets against a real process."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from tests.support.sse_client import open_stream
from tests.support.streaming_process import StreamingProcess, streaming_process
from tests.support.tables import TableNames
from tfdrift.demo.emulator import Emulator

pytestmark = pytest.mark.emulator

REQUEST = b"GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture
def server(emulator: Emulator, tables: TableNames, tmp_path: Path) -> Iterator[StreamingProcess]:
    environment = {"TFDRIFT_KEEP_ALIVE_SECONDS": "0.5", "TFDRIFT_MAX_CLIENTS_PER_ADDRESS": "5000"}
    with streaming_process(emulator, tables, tmp_path, environment) as running:
        yield running


@asynccontextmanager
async def connection(
    server: StreamingProcess, request: bytes = REQUEST
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    host, _, port = server.base.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write(request)
        await writer.drain()
        yield reader, writer
    finally:
        writer.close()


async def clients_become(server: StreamingProcess, count: int) -> None:
    async with asyncio.timeout(30):
        while (await asyncio.to_thread(server.health))["clients"] != count:
            await asyncio.sleep(0.05)


async def closed(reader: asyncio.StreamReader) -> None:
    """Return when the server has closed the connection; the keep-alives would go on for good."""
    async with asyncio.timeout(10):
        with suppress(ConnectionResetError):
            await reader.read()


def resident_kib(server: StreamingProcess) -> int:
    text = Path(f"/proc/{server.process.pid}/status").read_text("ascii")
    found = re.search(r"VmRSS:\s+(\d+) kB", text)
    assert found
    return int(found[1])


async def test_the_answer_is_well_formed_chunks_to_its_end(
    emulator: Emulator, tables: TableNames, tmp_path: Path, write: Callable[[str], bool]
) -> None:
    environment = {"TFDRIFT_MAX_LIFETIME_SECONDS": "3", "TFDRIFT_KEEP_ALIVE_SECONDS": "0.5"}
    with streaming_process(emulator, tables, tmp_path, environment) as server:
        async with asyncio.timeout(30), connection(server) as (reader, _):
            await asyncio.to_thread(write, "one")
            head = await reader.readuntil(b"\r\n\r\n")
            body = bytearray()
            while size := int(await reader.readline(), 16):
                body += await reader.readexactly(size)
                assert await reader.readexactly(2) == b"\r\n"
            rest = await reader.read()
    assert b"200 OK" in head
    assert b"transfer-encoding: chunked" in head.lower()
    assert body.startswith(b"retry: ")
    assert b"one" in body
    assert b": keep-alive\n\n" in body
    assert rest == b"\r\n"
    assert '"end": "too_old"' in server.log.read_text()


async def test_a_life_that_is_over_is_resumed_without_a_loss(
    emulator: Emulator, tables: TableNames, tmp_path: Path, write: Callable[[str], bool]
) -> None:
    environment = {"TFDRIFT_MAX_LIFETIME_SECONDS": "1", "TFDRIFT_KEEP_ALIVE_SECONDS": "0.2"}
    with streaming_process(emulator, tables, tmp_path, environment) as server:
        last, found, lives = "", [], 0
        async with asyncio.timeout(60):
            for number in range(12):
                await asyncio.to_thread(write, f"event-{number}")
            while len(found) < 24:
                lives += 1
                query = f"?lastEventId={last}" if last else "?since=2020-01-01T00:00:00Z"
                async with connection(server, REQUEST.replace(b" HTTP", query.encode() + b" HTTP", 1)) as (
                    reader,
                    _,
                ):
                    text = (await reader.read()).decode()
                for name, event in re.findall(r"id: (\S+)\ndata: .*?\"id\":\"(event-\d+)\"", text):
                    last = name
                    found.append(event)
                if lives == 1:
                    for number in range(12, 24):
                        await asyncio.to_thread(write, f"event-{number}")
    assert found == [f"event-{number}" for number in range(24)]
    assert lives > 1


@pytest.mark.parametrize("more", [REQUEST, b"\x00garbage", b"\r\n"])
async def test_a_client_that_says_more_than_its_request_is_dropped(
    server: StreamingProcess, more: bytes
) -> None:
    async with connection(server) as (reader, writer):
        await reader.readuntil(b"keep-alive")
        writer.write(more)
        await closed(reader)
    await clients_become(server, 0)


async def test_a_second_request_sent_at_once_is_not_answered(server: StreamingProcess) -> None:
    async with connection(server, REQUEST + REQUEST) as (reader, _):
        await closed(reader)
    await clients_become(server, 0)


async def test_a_client_that_leaves_is_forgotten_at_once(server: StreamingProcess) -> None:
    async with connection(server) as (reader, _):
        await reader.readuntil(b"connected")
        await clients_become(server, 1)
    await clients_become(server, 0)
    assert '"end": "left"' in server.log.read_text()


async def test_many_clients_with_many_filters_each_get_their_own(
    server: StreamingProcess, write: Callable[[str], bool]
) -> None:
    async def wanting(query: str) -> bool:
        async with open_stream(server.base, query) as stream:
            await stream.next()
            joined.release()
            return (await stream.events(1))[0].event == "drift"

    joined = asyncio.Semaphore(0)
    async with asyncio.timeout(60):
        queries = [f"?types=drift&resource_type=aws_instance,aws_kind_{n % 40}" for n in range(80)]
        waiting = [asyncio.create_task(wanting(query)) for query in queries]
        for _ in waiting:
            await joined.acquire()
        await asyncio.to_thread(write, "for all")
        assert all(await asyncio.gather(*waiting))


async def test_memory_after_a_thousand_clients_is_what_it_was(server: StreamingProcess) -> None:
    async def wave(count: int) -> None:
        stack = [connection(server) for _ in range(count)]
        opened = [await one.__aenter__() for one in stack]
        for reader, _ in opened:
            await reader.readuntil(b"connected")
        for one in stack:
            await one.__aexit__(None, None, None)
        await clients_become(server, 0)

    await wave(1000)
    before = resident_kib(server)
    for _ in range(3):
        await wave(1000)
    # Three thousand clients' worth of what is kept would be tens of megabytes.
    assert resident_kib(server) - before < 8 * 1024
