"""``python -m bench.feed_rate``: events a second through the committer, next to its transactions alone.

The yardstick is TransactWriteItems with items of the same sizes and as many conditions, made before: what
the database takes by itself. Both run on the emulator, one commit after the other, as in the product.
"""

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.stream.event import payload
from bench.stream.tables import create_tables
from streaming.blocking import Threads
from streaming.committer import Committer
from tfdrift.adapters.dynamodb import Table
from tfdrift.adapters.feed_dynamodb import DynamoFeedStore
from tfdrift.adapters.feed_items import batch_items
from tfdrift.demo.emulator import running_emulator
from tfdrift.service.stream_ports import TRIM_HORIZON, FeedEntry

_PAGES = (1, 10, 100, 1_000)
_SECONDS = 3.0
_SHARD = "shard-1"
_RETENTION = timedelta(days=7)


def main() -> int:
    """Measure and print JSON."""
    with tempfile.TemporaryDirectory() as folder, running_emulator(Path(folder)) as emulator:
        dynamodb = emulator.client("dynamodb")
        create_tables(dynamodb)
        table = Table(dynamodb, "feed")
        figures = {
            f"{size} a commit": {
                "committer": asyncio.run(_committed(table, _entries(size))),
                "transactions alone": _alone(table, _entries(size)),
            }
            for size in _PAGES
        }
    print(json.dumps(figures, indent=2))
    return 0


def _entries(size: int) -> list[FeedEntry]:
    return [FeedEntry(f"event-{n}", "drift", payload(n), "high", "aws_instance") for n in range(size)]


def _rates(commits: int, size: int, seconds: float) -> dict[str, float]:
    return {
        "events a second": round(commits * size / seconds),
        "milliseconds a commit": round(1000 * seconds / commits, 2),
    }


async def _committed(table: Table, entries: Sequence[FeedEntry]) -> dict[str, float]:
    feed = DynamoFeedStore(table, _RETENTION)
    head = feed.start("stream", (_SHARD,))
    positions = {_SHARD: feed.checkpoint("stream", _SHARD) or TRIM_HORIZON}
    committer = Committer(feed, Threads(), head, positions, lambda _: None)
    began, commits = time.monotonic(), 0
    while (taken := time.monotonic() - began) < _SECONDS:
        commits += 1
        await committer.advance(_SHARD, entries, f"{len(entries)}-{commits}")
    return _rates(commits, len(entries), taken)


def _alone(table: Table, entries: Sequence[FeedEntry]) -> dict[str, float]:
    batch = batch_items("yardstick", 1, entries, datetime.now(UTC), _RETENTION)
    small = {"pk": {"S": "YARDSTICK"}, "epoch": {"S": "e" * 12}, "stream_id": {"S": "s" * 80}}
    began, commits = time.monotonic(), 0
    while (taken := time.monotonic() - began) < _SECONDS:
        commits += 1
        items: list[dict[str, Any]] = [{**small, "sk": {"S": name}} for name in ("HEAD", "CHECKPOINT")]
        items += [{**item, "sk": {"S": f"{len(entries)}-{commits}-{n}"}} for n, item in enumerate(batch)]
        conditions = ["attribute_not_exists(absent)"] * 2 + ["attribute_not_exists(pk)"] * len(batch)
        puts = zip(items, conditions, strict=True)
        table.client.transact_write_items(
            TransactItems=[
                {"Put": {"TableName": table.name, "Item": item, "ConditionExpression": condition}}
                for item, condition in puts
            ]
        )
    return _rates(commits, len(entries), taken)


if __name__ == "__main__":
    sys.exit(main())
