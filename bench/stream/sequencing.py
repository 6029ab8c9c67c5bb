"""How many events a second one sequencer commits to the feed, one at a time and in pages, on the emulator."""

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench.stream.event import payload
from bench.stream.process import cpu_seconds
from bench.stream.tables import create_tables
from tfdrift.adapters.dynamodb import Table
from tfdrift.adapters.feed_dynamodb import DynamoFeedStore
from tfdrift.demo.emulator import running_emulator
from tfdrift.service.stream_ports import TRIM_HORIZON, CheckpointMove, FeedEntry

_PAGES = (1, 10, 100, 1_000)
_SHARD = "shard-1"


def sequencing(folder: Path, seconds: float) -> dict[str, Any]:
    """Return the rates for pages of several sizes; each commit is one transaction, one after the other."""
    with running_emulator(folder / "sequencing") as emulator:
        dynamodb = emulator.client("dynamodb")
        create_tables(dynamodb)
        feed = DynamoFeedStore(Table(dynamodb, "feed"), timedelta(days=1))
        head = feed.start("stream-1", (_SHARD,))
        position, figures = TRIM_HORIZON, {}
        for page in _PAGES:
            entries = [
                FeedEntry(f"event-{n}", "drift", payload(n), "high", "aws_instance") for n in range(page)
            ]
            before, started, commits = cpu_seconds(emulator.process.pid), time.monotonic(), 0
            while time.monotonic() < started + seconds:
                new = str(head.n)
                head = feed.commit(head, entries, CheckpointMove(_SHARD, position, new))
                position, commits = new, commits + 1
            taken = time.monotonic() - started
            figures[f"{page}_a_commit"] = {
                "events_a_second": round(commits * page / taken),
                "milliseconds_a_commit": round(1000 * taken / commits, 2),
                "emulator_cpu_share_percent": round(
                    100 * (cpu_seconds(emulator.process.pid) - before) / taken
                ),
            }
    return figures
