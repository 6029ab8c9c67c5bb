"""The metrics of a real process: what happened to its clients stands in them, on loopback and in the log."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.support.sse_client import open_stream
from tests.support.streaming_process import StreamingProcess, streaming_process
from tests.support.tables import TableNames
from tests.support.written_events import drift_event, event_log
from tfdrift.demo.emulator import Emulator, free_port

pytestmark = pytest.mark.emulator


async def figures(port: int) -> dict[tuple[str, str], float]:
    """Return each sample by its name and the values of its labels, by their names."""
    async with httpx.AsyncClient() as client:
        text = (await client.get(f"http://127.0.0.1:{port}/metrics")).text
    return {
        (
            sample.name.removeprefix("tfdrift_stream_"),
            ",".join(value for _, value in sorted(sample.labels.items())),
        ): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def reports(server: StreamingProcess) -> list[dict[str, Any]]:
    """Return the whole reports that the process has written to its log."""
    lines = server.log.read_text().splitlines(keepends=True)
    return [json.loads(line) for line in lines if '"_aws"' in line and line.endswith("\n")]


async def refused_url(server: StreamingProcess) -> int:
    async with httpx.AsyncClient() as client:
        return (await client.get(f"{server.base}/health?{'x' * 9000}")).status_code


async def test_what_clients_went_through_is_measured(
    emulator: Emulator, tables: TableNames, tmp_path: Path
) -> None:
    port = free_port()
    environment = {"TFDRIFT_METRICS_PORT": str(port), "TFDRIFT_EMBEDDED_METRICS_SECONDS": "0.5"}
    log = event_log(emulator.client("dynamodb"), tables.events)
    with streaming_process(emulator, tables, tmp_path, environment) as server:
        async with open_stream(server.base) as stream:
            greeting = await stream.next()
            for n in range(3):
                await asyncio.to_thread(log.append, drift_event(f"measured-{n}"))
            for _ in range(3):
                await stream.next()
        async with open_stream(server.base, headers={"Last-Event-ID": str(greeting.id)}) as resumed:
            await resumed.next()
            for _ in range(3):
                await resumed.next()
        assert await refused_url(server) == 414
        async with asyncio.timeout(20):
            while (found := await figures(port)).get(("clients_ended_total", "left,sse")) != 2:
                await asyncio.sleep(0.05)

        assert found["events_total", "drift"] == 3
        assert found["clients_started_total", "ring,sse"] == 1
        assert found["requests_refused_total", "url_too_long"] == 1
        assert found["shard_reads_total", "records"] >= 1
        assert found["commit_lag_seconds_count", ""] >= 1
        assert found["ingest_lag_seconds_count", ""] == 3
        assert found["send_lag_seconds_count", ""] >= 1
        assert (found["tailing", ""], found["tailings_total", ""]) == (1, 1)
        assert (found["clients", "sse"], found["clients", "websocket"]) == (0, 0)
        assert found["deliveries_total", "sse"] == 6
        shard_lags = [lag for (name, _), lag in found.items() if name == "shard_lag_seconds"]
        assert len(shard_lags) == found["open_shards", ""] > 0
        assert found["tailer_lag_seconds", ""] < 30
        async with httpx.AsyncClient() as client:
            ready = (await client.get(f"{server.base}/ready")).json()["data"]
        assert ready["tailer_lag_seconds"] < 30
        async with asyncio.timeout(20):
            while sum(report["EventsPublished"][0] for report in reports(server)) != 3:
                await asyncio.sleep(0.05)
    assert any(report["Tailing"] == [1] and "TailerLag" in report for report in reports(server))


async def test_the_metrics_are_no_page_of_the_public_server(
    emulator: Emulator, tables: TableNames, tmp_path: Path
) -> None:
    with streaming_process(emulator, tables, tmp_path) as server:
        async with httpx.AsyncClient() as client:
            assert (await client.get(f"{server.base}/metrics")).status_code == 404
