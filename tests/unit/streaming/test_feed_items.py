"""The feed's items as tasks of several versions read them while they are replaced."""

import json
import zlib
from datetime import timedelta

from tests.support.samples import NOON
from tfdrift.adapters.feed_items import batch_items, batches_of
from tfdrift.service.stream_ports import FeedEntry

ENTRY = FeedEntry("e-1", "drift", '{"id":"e-1"}', "high", "aws_instance", "111122223333")


def test_a_newer_task_s_fields_are_left_out() -> None:
    # Given a batch of a task whose entries have one more field
    (item,) = batch_items("epoch", 1, [ENTRY], NOON, timedelta(days=1))
    (row,) = json.loads(zlib.decompress(item["body"]["B"]))
    item["body"] = {"B": zlib.compress(json.dumps([[*row, "new"]]).encode())}
    # When this version reads it
    (batch,) = batches_of([item])
    # Then it has what it knows
    assert batch.entries == (ENTRY,)


def test_an_older_task_s_missing_fields_are_unknown() -> None:
    (item,) = batch_items("epoch", 1, [ENTRY], NOON, timedelta(days=1))
    (row,) = json.loads(zlib.decompress(item["body"]["B"]))
    item["body"] = {"B": zlib.compress(json.dumps([row[:3]]).encode())}
    (batch,) = batches_of([item])
    assert batch.entries == (FeedEntry("e-1", "drift", '{"id":"e-1"}'),)
