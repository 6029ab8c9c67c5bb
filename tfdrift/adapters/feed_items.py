"""The feed table's items: head, checkpoints, and batches, compressed and cut to fit DynamoDB's limit."""

import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import astuple, fields
from datetime import datetime, timedelta
from itertools import groupby

from tfdrift.adapters.dynamodb import Item, Key
from tfdrift.domain.timestamps import format_time, parse_time
from tfdrift.service.stream_ports import FeedBatch, FeedEntry, FeedHead

HEAD_KEY: Key = ("HEAD", "HEAD")
LEASE_KEY: Key = ("LEASE", "TAILER")

# An item may hold 400 KB with its keys and names.
PIECE_BYTES = 350 * 1024
_DIGITS = 15
_BATCHES = "FEED"
_FIELDS = len(fields(FeedEntry))


def batch_partition(epoch: str) -> str:
    """Return the partition of an epoch's batches."""
    return f"{_BATCHES}#{epoch}"


def batch_sort_key(n: int, piece: int = 0) -> str:
    """Return the sort key of a batch's piece: text order is the order of (n, piece)."""
    return f"{n:0{_DIGITS}d}#{piece:04d}"


def batch_of_key(partition: str, sort_key: str) -> tuple[str, int] | None:
    """Return epoch and number of the batch whose piece has that key; None for another item's key."""
    kind, _, epoch = partition.partition("#")
    return (epoch, int(sort_key.partition("#")[0])) if kind == _BATCHES else None


def checkpoint_partition(stream_id: str) -> str:
    """Return the partition of a stream's checkpoints."""
    return f"SHARDS#{stream_id}"


def head_item(head: FeedHead) -> Item:
    """Return the item of a head."""
    return {
        "pk": {"S": HEAD_KEY[0]},
        "sk": {"S": HEAD_KEY[1]},
        "epoch": {"S": head.epoch},
        "n": {"N": str(head.n)},
        "stream_id": {"S": head.stream_id},
        "committed_at": {"S": format_time(head.committed_at)},
    }


def head_of(item: Item) -> FeedHead:
    """Return the head of an item."""
    return FeedHead(
        epoch=item["epoch"]["S"],
        n=int(item["n"]["N"]),
        stream_id=item["stream_id"]["S"],
        committed_at=parse_time(item["committed_at"]["S"]),
    )


def batch_items(
    epoch: str, n: int, entries: Sequence[FeedEntry], at: datetime, retention: timedelta
) -> list[Item]:
    """Return the items of a batch: one, or several pieces when even compressed it is too big for one."""
    body = _packed(entries)
    pieces = [body[start : start + PIECE_BYTES] for start in range(0, len(body), PIECE_BYTES)]
    return [
        {
            "pk": {"S": batch_partition(epoch)},
            "sk": {"S": batch_sort_key(n, number)},
            "n": {"N": str(n)},
            "pieces": {"N": str(len(pieces))},
            "committed_at": {"S": format_time(at)},
            "expires_at": {"N": str(int((at + retention).timestamp()))},
            "body": {"B": piece},
        }
        for number, piece in enumerate(pieces)
    ]


def batches_of(items: Sequence[Item]) -> Iterator[FeedBatch]:
    """Return the batches of items that are in key order; one whose pieces are not all there is left out."""
    for n, group in groupby(items, key=lambda item: int(item["n"]["N"])):
        pieces = list(group)
        if len(pieces) == int(pieces[0]["pieces"]["N"]):
            body = b"".join(bytes(piece["body"]["B"]) for piece in pieces)
            yield FeedBatch(n, _unpacked(body), parse_time(pieces[0]["committed_at"]["S"]))


def _packed(entries: Sequence[FeedEntry]) -> bytes:
    rows = [astuple(entry) for entry in entries]
    return zlib.compress(json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode("utf-8"), 3)


def _unpacked(body: bytes) -> tuple[FeedEntry, ...]:
    # While tasks are replaced, one may read what a newer one wrote, with fields that it does not know yet.
    return tuple(FeedEntry(*row[:_FIELDS]) for row in json.loads(zlib.decompress(body)))
