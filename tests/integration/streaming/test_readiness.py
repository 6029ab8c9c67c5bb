"""Readiness apart from liveness: what keeps a task from its work is said, and cured with the cause."""

import asyncio
import signal
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.sse_client import open_stream
from tests.support.streaming_process import started_process, streaming_process
from tests.support.tables import TableNames, create_tables
from tfdrift.adapters.table_schema import FEED_TABLE, create_table_request
from tfdrift.demo.emulator import Emulator, running_emulator

pytestmark = pytest.mark.emulator


async def ready(base: str, status: int) -> str:
    """Return the answer's text once /ready has this status."""
    return await answer_of(f"{base}/ready", status)


async def answer_of(url: str, status: int) -> str:
    """Return a page's text once it is answered with this status."""
    async with asyncio.timeout(30), httpx.AsyncClient(timeout=5) as client:
        while True:
            with suppress(httpx.ConnectError):  # the process is about to listen
                answer = await client.get(url)
                if answer.status_code == status:
                    return answer.text
            await asyncio.sleep(0.05)


async def test_a_task_that_tails_and_one_that_follows_are_ready(
    emulator: Emulator, tables: TableNames, tmp_path: Path
) -> None:
    slow_end = {"TFDRIFT_DRAIN_SECONDS": "5"}
    with (
        streaming_process(emulator, tables, tmp_path, slow_end) as first,
        streaming_process(emulator, tables, tmp_path, slow_end) as second,
    ):
        for server in (first, second):
            assert '"ready"' in await ready(server.base, 200)
        async with open_stream(first.base) as stream, httpx.AsyncClient() as client:
            await stream.next()
            assert (await client.get(f"{first.base}/ready")).status_code == 200


async def test_storage_that_hangs_makes_a_task_unready_and_leaves_it_alive(tmp_path: Path) -> None:
    # given: an emulator of this test's own, which can be frozen
    with running_emulator(tmp_path / "emulator") as emulator:
        names = create_tables(emulator.client("dynamodb"))
        with streaming_process(emulator, names, tmp_path, {"TFDRIFT_READY_LAG_SECONDS": "2"}) as server:
            await ready(server.base, 200)
            try:
                emulator.process.send_signal(signal.SIGSTOP)
                text = await ready(server.base, 503)
                assert "not_ready" in text
                assert (await asyncio.to_thread(server.health))["status"] == "ok"
            finally:
                emulator.process.send_signal(signal.SIGCONT)

            # then
            await ready(server.base, 200)


async def test_a_task_that_never_read_the_feed_does_not_become_healthy(
    emulator: Emulator, tables: TableNames, tmp_path: Path, dynamodb: Any
) -> None:
    # given: a task whose feed table is not there
    late = replace(tables, feed=f"{tables.feed}-late")
    with started_process(emulator, late, tmp_path) as server:
        assert "not_started" in await answer_of(f"{server.base}/health", 503)
        assert "not_ready" in await ready(server.base, 503)

        # when
        dynamodb.create_table(**create_table_request(FEED_TABLE, late.feed))

        # then
        await answer_of(f"{server.base}/health", 200)
        await ready(server.base, 200)
    dynamodb.delete_table(TableName=late.feed)
