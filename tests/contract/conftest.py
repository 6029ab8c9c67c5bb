"""The running product that the contract's tests speak with."""

import asyncio
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from tests.support.sse_client import Block, open_stream
from tests.support.streaming_process import StreamingProcess, streaming_process
from tests.support.tables import create_tables, delete_tables
from tests.support.written_events import event_log
from tfdrift.demo.emulator import Emulator
from tfdrift.domain.feed_event import FeedEvent

DASHBOARD_ORIGIN = "http://localhost:3000"


@dataclass(frozen=True)
class Product:
    """The running process, and the way of an event into its table."""

    server: StreamingProcess
    write: Callable[[FeedEvent], bool]

    @property
    def base(self) -> str:
        return self.server.base


@pytest.fixture(scope="session")
def product(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    dynamodb = emulator.client("dynamodb")
    names = create_tables(dynamodb)
    log = event_log(dynamodb, names.events)
    environment = {
        "TFDRIFT_KEEP_ALIVE_SECONDS": "1",
        "TFDRIFT_CORS_ORIGINS": DASHBOARD_ORIGIN,
        "TFDRIFT_FINGERPRINT_KEY": "a key of these tests",
    }
    folder = tmp_path_factory.mktemp("contract")
    with streaming_process(emulator, names, folder, environment) as server:
        yield Product(server, log.append)
    delete_tables(dynamodb, names)


@pytest.fixture
def new_id() -> str:
    return uuid.uuid4().hex


async def first_event(product: Product, event: FeedEvent) -> Block:
    """Return the block that arrives when the event is written while a client listens."""
    async with open_stream(product.base) as stream:
        assert (await stream.next()).event == "connected"
        await asyncio.to_thread(product.write, event)
        (block,) = await stream.events(1)
    return block
