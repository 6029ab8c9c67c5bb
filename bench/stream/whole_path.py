"""The whole path: written to the events table, tailed, committed to the feed, and received by clients."""

import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import httpx

from bench.stream.event import payload
from bench.stream.process import cpu_seconds, python, running
from bench.stream.servers import Clients, Server
from streaming.settings import StreamingSettings
from tfdrift.adapters.dynamodb import Table
from tfdrift.adapters.event_log import DynamoEventLog
from tfdrift.adapters.table_schema import (
    EVENTS_TABLE,
    FEED_TABLE,
    STATE_TABLE,
    create_table_request,
    time_to_live_request,
)
from tfdrift.demo.emulator import Emulator, free_port, running_emulator
from tfdrift.domain.feed_event import EventType, FeedEvent

_TABLES = {"EVENTS": EVENTS_TABLE, "STATE": STATE_TABLE, "FEED": FEED_TABLE}
_READY_SECONDS = 30.0


def whole_path(folder: Path, clients: int, rate: int, events: int, lone: int) -> dict[str, Any]:
    """Return latencies from before the write to the client: of a steady stream, and of events by themselves.

    The clock starts before the write to the table begins, so the write itself is part of each figure.
    """
    with running_emulator(folder / "emulator") as emulator, _streaming(emulator, folder) as target:
        writer = _Writer(emulator)
        with target.load(folder) as load:
            load.do("open", clients=clients, paths=[target.path])
            _look(writer, load, [1 / rate] * rate)
            before = cpu_seconds(target.pid)
            steady = _look(writer, load, [1 / rate] * events)
            spent = cpu_seconds(target.pid) - before
            # Long enough for the poll to have reached its longest wait before each.
            single = _look(writer, load, [2.0 + 0.07 * number for number in range(lone)])
    poll = StreamingSettings()
    return {
        "clients": clients,
        "events_a_second": rate,
        "server_cpu_share_percent": round(100 * spent / steady["seconds"], 1),
        "steady": _beyond(steady, poll.poll_seconds),
        "lone_events": _beyond(single, poll.idle_poll_seconds),
    }


def _beyond(seen: dict[str, Any], poll_seconds: float) -> dict[str, Any]:
    poll = poll_seconds * 1000
    return {
        "latency_ms": seen["latency_ms"],
        "write_ms": seen["write_ms"],
        "poll_interval_ms": poll,
        "beyond_the_poll_interval_ms": {
            name: round(max(0.0, value - poll), 2) for name, value in seen["latency_ms"].items()
        },
        "short_or_lost": seen["not_the_count"] + seen["lost"] + seen["gaps"],
    }


class _Writer:
    """Writes events as the handlers do, each by itself."""

    def __init__(self, emulator: Emulator) -> None:
        table = Table(emulator.client("dynamodb"), "events")
        self._log = DynamoEventLog(table, timedelta(days=1))
        self._number = 0
        self.write_ms: list[float] = []

    def write(self, pauses: list[float]) -> None:
        """Write one event after each pause, as far as the pauses leave time for it."""
        self.write_ms.clear()
        due = time.monotonic()
        for pause in pauses:
            due += pause
            time.sleep(max(0.0, due - time.monotonic()))
            self._number += 1
            started = time.monotonic()
            self._log.append(
                FeedEvent(
                    f"bench-{self._number}",
                    EventType.DRIFT,
                    datetime.now(UTC),
                    json.loads(payload(self._number)),
                    "high",
                    "aws_instance",
                )
            )
            self.write_ms.append((time.monotonic() - started) * 1000)


def _look(writer: _Writer, load: Clients, pauses: list[float]) -> dict[str, Any]:
    load.do("reset")
    load.begin("wait", counts=[len(pauses)], seconds=sum(pauses) + 30)
    thread = threading.Thread(target=writer.write, args=(pauses,))
    thread.start()
    thread.join()
    return {**load.result(), "write_ms": round(median(writer.write_ms), 2)}


@contextmanager
def _streaming(emulator: Emulator, folder: Path) -> Iterator[Server]:
    """Run the container's own process with its default settings, on new tables."""
    dynamodb = emulator.client("dynamodb")
    for name, schema in _TABLES.items():
        dynamodb.create_table(**create_table_request(schema, name.lower()))
        dynamodb.update_time_to_live(**time_to_live_request(schema, name.lower()))
    port = free_port()
    environment = {
        **os.environ,
        **emulator.environment(),
        **{f"TFDRIFT_{name}_TABLE": name.lower() for name in _TABLES},
        "TFDRIFT_PORT": str(port),
    }
    log = folder / "streaming.log"
    with running(python("streaming"), log, environment, answers=False) as process:
        _await_ready(port)
        yield Server("tfdrift", port, "/api/v1/stream", process.pid, lambda *_, **__: None)


def _await_ready(port: int) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline:
        try:
            answer = httpx.get(f"http://127.0.0.1:{port}/health", timeout=2).json()
            if answer["data"]["feed"]["ready"]:
                return
        except httpx.HTTPError:
            time.sleep(0.05)
    raise RuntimeError("the streaming process did not become ready")
