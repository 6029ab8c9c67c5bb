"""Readiness apart from liveness: what keeps a task from its work is said, and cured with the cause."""

import asyncio
import signal
from pathlib import Path

import httpx
import pytest

from tests.support.sse_client import open_stream
from tests.support.streaming_process import streaming_process
from tests.support.tables import TableNames, create_tables
from tfdrift.demo.emulator import Emulator, running_emulator

pytestmark = pytest.mark.emulator


async def ready(base: str, status: int) -> str:
    """Return the answer's text once /ready has this status."""
    async with asyncio.timeout(30), httpx.AsyncClient(timeout=5) as client:
        while (answer := await client.get(f"{base}/ready")).status_code != status:
            await asyncio.sleep(0.05)
    return answer.text


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
