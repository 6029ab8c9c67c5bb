"""The whole path: written to the events table, tailed, committed to the feed, and received by clients."""

import json
import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import httpx

from bench.stream.event import payload
from bench.stream.process import cpu_seconds, python, running
from bench.stream.servers import Clients, Server
from bench.stream.tables import create_tables, environment
from streaming.settings import StreamingSettings
from tfdrift.adapters.dynamodb import Table
from tfdrift.adapters.event_log import DynamoEventLog
from tfdrift.demo.emulator import Emulator, free_port, running_emulator
from tfdrift.domain.feed_event import EventType, FeedEvent

_READY_SECONDS = 30.0
_SIDES = ("tailing_task", "following_task")


def whole_path(folder: Path, clients: int, rate: int, events: int, lone: int) -> dict[str, Any]:
    """Return latencies from before the write to the client: of a steady stream, and of events by themselves.

    The clock starts before the write to the table begins, so the write itself is part of each figure. Half of
    the clients are at the task that tails, half at one that follows.
    """
    with ExitStack() as stack:
        emulator = stack.enter_context(running_emulator(folder / "emulator"))
        create_tables(emulator.client("dynamodb"))
        tasks = [stack.enter_context(streaming_task(emulator, folder)) for _ in _SIDES]
        loads = [stack.enter_context(task.load(folder)) for task in tasks]
        writer = _Writer(emulator)
        for task, load in zip(tasks, loads, strict=True):
            load.do("open", clients=clients // 2, paths=[task.path])
        _look(writer, loads, [1 / rate] * rate)
        before = cpu_seconds(tasks[0].pid)
        steady = _look(writer, loads, [1 / rate] * events)
        spent = cpu_seconds(tasks[0].pid) - before
        # Long enough for the polls to have reached their longest wait before each.
        single = _look(writer, loads, [2.0 + 0.07 * number for number in range(lone)])
    waits = StreamingSettings()
    return {
        "clients": clients,
        "events_a_second": rate,
        "write_ms": writer.write_ms(),
        "tailing_task_cpu_share_percent": round(100 * spent * rate / events, 1),
        "steady": _beyond(steady, (waits.poll_seconds, waits.poll_seconds + waits.follow_seconds)),
        "lone_events": _beyond(
            single, (waits.idle_poll_seconds, waits.idle_poll_seconds + waits.idle_follow_seconds)
        ),
    }


def _beyond(seen: list[dict[str, Any]], waits: tuple[float, float]) -> dict[str, Any]:
    """Return what each side saw, and how much of it is more than the longest wait between reads."""
    return {
        side: {
            "latency_ms": look["latency_ms"],
            "poll_interval_ms": round(1000 * wait),
            "beyond_the_poll_interval_ms": {
                name: round(max(0.0, value - 1000 * wait), 2) for name, value in look["latency_ms"].items()
            },
            "short_or_lost": look["not_the_count"] + look["lost"] + look["gaps"],
        }
        for side, look, wait in zip(_SIDES, seen, waits, strict=True)
    }


class _Writer:
    """Writes events as the handlers do, each by itself."""

    def __init__(self, emulator: Emulator) -> None:
        self._log = DynamoEventLog(Table(emulator.client("dynamodb"), "events"), timedelta(days=1))
        self._number = 0
        self._taken: list[float] = []

    def write_ms(self) -> float:
        """Return the median of the writes' own times, in milliseconds."""
        return round(1000 * median(self._taken), 2)

    def write(self, pauses: list[float]) -> None:
        """Write one event after each pause, as far as the pauses leave time for it."""
        due = time.monotonic()
        for pause in pauses:
            due += pause
            time.sleep(max(0.0, due - time.monotonic()))
            self._number += 1
            started = time.monotonic()
            self._log.append(self._event())
            self._taken.append(time.monotonic() - started)

    def _event(self) -> FeedEvent:
        content = json.loads(payload(self._number))
        at = datetime.now(UTC)
        return FeedEvent(f"bench-{self._number}", EventType.DRIFT, at, content, "high", "aws_instance")


def _look(writer: _Writer, loads: list[Clients], pauses: list[float]) -> list[dict[str, Any]]:
    for load in loads:
        load.do("reset")
        load.begin("wait", counts=[len(pauses)], seconds=sum(pauses) + 30)
    thread = threading.Thread(target=writer.write, args=(pauses,))
    thread.start()
    thread.join()
    return [load.result() for load in loads]


@contextmanager
def streaming_task(
    emulator: Emulator, folder: Path, more: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """Run the container's own process with its default settings and `more`; the first one tails."""
    port = free_port()
    settings = {**os.environ, **emulator.environment(), **environment(), "TFDRIFT_PORT": str(port)}
    settings |= more or {}
    with running(python("streaming"), folder / f"streaming-{port}.log", settings, answers=False) as process:
        _await_ready(port)
        yield Server("tfdrift", port, "/api/v1/stream", process.pid, lambda *_, **__: None)


def _await_ready(port: int) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline:
        with suppress(httpx.HTTPError):
            answer = httpx.get(f"http://127.0.0.1:{port}/health", timeout=2)
            # Before the feed was first read the answer is 503.
            if answer.is_success and answer.json()["data"]["feed"]["ready"]:
                return
        time.sleep(0.05)
    raise RuntimeError("the streaming process did not become ready")
