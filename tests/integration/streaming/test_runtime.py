"""A fault within the task is told by its health, so that it is replaced; a fault of the storage is not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI

from streaming.app import AppParts, create_app
from streaming.runtime import StreamPorts
from streaming.settings import StreamingSettings
from tests.support.flaky_feed import FlakyFeed
from tests.support.scripted_stream import ScriptedStream
from tfdrift.adapters.feed_dynamodb import DynamoFeedStore, DynamoLeaseStore
from tfdrift.bootstrap import Product
from tfdrift.service.stream_ports import AccessFailed, FeedBatch
from tfdrift.settings import Settings

pytestmark = pytest.mark.emulator


class BrokenFeed(FlakyFeed):
    """A feed whose reads fail after the first ones, in the way that a test wants."""

    def __init__(self, store: DynamoFeedStore, error: Exception, good_reads: int) -> None:
        super().__init__(store)
        self._error = error
        self._good_reads = good_reads

    def read(self, epoch: str, first: int, limit: int) -> tuple[FeedBatch, ...]:
        if self._good_reads == 0:
            raise self._error
        self._good_reads -= 1
        return self._store.read(epoch, first, limit)


@asynccontextmanager
async def client_of(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://app") as client,
    ):
        yield client


def app_on(feed: FlakyFeed, leases: DynamoLeaseStore) -> FastAPI:
    stream = ScriptedStream()
    stream.open_shard("a")
    ports = StreamPorts(stream, feed, leases)  # type: ignore[arg-type]
    return create_app(AppParts(StreamingSettings(), ports, Product(Settings()).rest_services()))


async def test_a_fault_of_its_own_makes_it_unhealthy(
    aws: object, feed: DynamoFeedStore, leases: DynamoLeaseStore, caplog: pytest.LogCaptureFixture
) -> None:
    app = app_on(BrokenFeed(feed, ValueError("a batch that nobody can read"), good_reads=1), leases)

    async with client_of(app) as client:
        async with asyncio.timeout(20):
            while "not_working" not in (answer := await client.get("/health")).text:
                await asyncio.sleep(0.05)

    assert answer.status_code == 503
    assert "The follower ended" in caplog.text


async def test_storage_that_does_not_answer_any_more_leaves_it_healthy(
    aws: object, feed: DynamoFeedStore, leases: DynamoLeaseStore, caplog: pytest.LogCaptureFixture
) -> None:
    app = app_on(BrokenFeed(feed, AccessFailed("no route"), good_reads=1), leases)

    async with client_of(app) as client:
        async with asyncio.timeout(20):
            while "The feed cannot be read" not in caplog.text:
                await asyncio.sleep(0.05)
        assert (await client.get("/health")).status_code == 200


async def test_storage_that_never_answered_is_told_by_health_and_to_clients(
    aws: object,
    feed: DynamoFeedStore,
    leases: DynamoLeaseStore,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("streaming.start._READY_SECONDS", 0.5)
    app = app_on(BrokenFeed(feed, AccessFailed("no route"), good_reads=0), leases)

    async with client_of(app) as client:
        refused = await client.get("/api/v1/stream")
        health = await client.get("/health")

    assert refused.status_code == 503
    assert refused.json()["error"]["code"] == "feed_unavailable"
    assert (health.status_code, health.json()["error"]["code"]) == (503, "not_started")
    assert "The feed cannot be read" in caplog.text
