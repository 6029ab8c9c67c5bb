"""What a WebSocket's client may cost, and what it is told when the server cannot go on with it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import pytest

from streaming.app import AppParts, create_app
from streaming.runtime import StreamPorts
from streaming.server import StreamingServer
from streaming.settings import StreamingSettings
from tests.support.flaky_feed import FlakyFeed
from tests.support.scripted_stream import ScriptedStream, entry
from tests.support.streaming_process import StreamingProcess, streaming_process
from tests.support.tables import TableNames
from tests.support.websocket_client import RawSocket, open_websocket, raw_websocket
from tfdrift.adapters.feed_dynamodb import DynamoFeedStore, DynamoLeaseStore
from tfdrift.bootstrap import Product
from tfdrift.demo.emulator import Emulator, free_port
from tfdrift.service.stream_ports import AccessFailed, FeedBatch
from tfdrift.settings import Settings

pytestmark = pytest.mark.emulator

PING = 0x9
SUBSCRIBE = b'{"type":"subscribe","topic":"drifts"}'
PATIENT = {"TFDRIFT_WRITE_TIMEOUT_SECONDS": "300", "TFDRIFT_KEEP_ALIVE_SECONDS": "1"}


async def clients_become(server: StreamingProcess, wanted: Callable[[object], bool]) -> None:
    async with asyncio.timeout(60):
        while not wanted((await asyncio.to_thread(server.health))["clients"]):
            await asyncio.sleep(0.05)


async def write_large(write: Callable[[str], bool], count: int) -> None:
    for number in range(count):
        await asyncio.to_thread(write, f"{number}-" + "x" * 60_000)


def read_to_the_end(raw: RawSocket) -> None:
    """Read until the server closes, in order or not."""
    try:
        raw.rest()
    except ConnectionResetError:
        return


async def test_a_client_that_answers_no_ping_is_cut_off(
    emulator: Emulator, tables: TableNames, tmp_path: Path
) -> None:
    environment = {"TFDRIFT_KEEP_ALIVE_SECONDS": "0.5", "TFDRIFT_WRITE_TIMEOUT_SECONDS": "1"}
    with streaming_process(emulator, tables, tmp_path, environment) as server:
        async with open_websocket(server.base) as answering:
            with raw_websocket(server.base) as silent:
                assert silent.receive()[0] == PING
                await clients_become(server, lambda clients: clients == 1)
                await asyncio.to_thread(read_to_the_end, silent)
            assert (await answering.ask("ping", payload=1))["payload"] == 1


async def test_a_client_that_reads_too_slowly_is_cut_off_when_it_lags(
    emulator: Emulator, tables: TableNames, tmp_path: Path, write: Callable[[str], bool]
) -> None:
    # given: a client that has caught up, and stops reading while events are published
    environment = {**PATIENT, "TFDRIFT_MAX_LAG_EVENTS": "20"}
    with streaming_process(emulator, tables, tmp_path, environment) as server:
        with raw_websocket(server.base, receive_buffer=4096) as slow:
            slow.frame(0x1, SUBSCRIBE)
            slow.receive()
            await write_large(write, 150)

            # when: it reads on
            await asyncio.to_thread(read_to_the_end, slow)

        # then
        await clients_become(server, lambda clients: clients == 0)
        assert '"end": "too slow"' in server.log.read_text()


async def test_what_waits_for_all_clients_together_is_bounded(
    emulator: Emulator, tables: TableNames, tmp_path: Path, write: Callable[[str], bool]
) -> None:
    # given: many clients that do not read, each within what one may cost
    environment = {**PATIENT, "TFDRIFT_MAX_BUFFERED_BYTES": str(1024 * 1024)}
    with streaming_process(emulator, tables, tmp_path, environment) as server, ExitStack() as stack:
        for _ in range(30):
            raw = stack.enter_context(raw_websocket(server.base, receive_buffer=4096))
            raw.frame(0x1, SUBSCRIBE)

        # when
        await write_large(write, 120)

        # then: some are cut off, and those that fit in stay
        await clients_become(server, lambda clients: clients != 30)
        await asyncio.sleep(3)
        left = (await asyncio.to_thread(server.health))["clients"]
        assert isinstance(left, int)
        assert 5 < left < 30
        assert server.log.read_text().count('"end": "too slow"') == 30 - left


class ForgetfulFeed(FlakyFeed):
    """A feed whose oldest batch cannot be read any more once there is an error."""

    error: Exception | None = None

    def read(self, epoch: str, first: int, limit: int) -> tuple[FeedBatch, ...]:
        if first <= 1 and self.error is not None:
            raise self.error
        return self._store.read(epoch, first, limit)


@asynccontextmanager
async def server_on(feed: FlakyFeed, leases: DynamoLeaseStore, stream: ScriptedStream) -> AsyncIterator[str]:
    """Run the server within this process; yields its address."""
    settings = StreamingSettings(port=free_port(), ring_events=1, drain_seconds=0)
    ports = StreamPorts(stream, feed, leases)  # type: ignore[arg-type]
    server = StreamingServer(
        create_app(AppParts(settings, ports, Product(Settings()).rest_services())), settings
    )
    running = asyncio.create_task(server.serve())
    try:
        async with asyncio.timeout(20):
            while not server.started:
                await asyncio.sleep(0.02)
        yield f"http://127.0.0.1:{settings.port}"
    finally:
        server.stop()
        await running


@pytest.mark.parametrize(
    ("error", "code"),
    [(AccessFailed("no route"), 1013), (ValueError("a batch that nobody can read"), 1011)],
    ids=["storage does not answer", "a fault of the server's own"],
)
async def test_a_past_that_cannot_be_read_closes_with_a_code_and_a_reason(
    aws: object, feed: DynamoFeedStore, leases: DynamoLeaseStore, error: Exception, code: int
) -> None:
    stream = ScriptedStream(page_size=1)
    stream.open_shard("a")
    forgetful = ForgetfulFeed(feed)
    async with asyncio.timeout(30), server_on(forgetful, leases, stream) as base:
        # given: three batches, of which the ring has the last
        async with open_websocket(base) as client:
            await client.ask("subscribe", topic="drifts")
            stream.write("a", *(entry(str(n)) for n in range(3)))
            await client.take(3)

        # when
        forgetful.error = error
        async with open_websocket(base) as client:
            first = client.welcome["id"].replace(":4.", ":1.")
            await client.send("subscribe", topic="drifts", last_event_id=first)
            found, reason = await client.closed()

    assert found == code
    assert reason
