"""The feed's new batches as Lambda's event source tells of them, read from the feed itself."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tfdrift.adapters.feed_items import batch_of_key
from tfdrift.domain.drift import Severity
from tfdrift.domain.feed_event import EventType
from tfdrift.domain.notification import ToldEvent
from tfdrift.service.stream_ports import GAP, FeedEntry, FeedStore


class BatchMissing(Exception):  # noqa: N818 - names what happened
    """The source told of a batch that the feed does not have (any more)."""


@dataclass(frozen=True, slots=True)
class FeedSource:
    """Reads what the table's stream only names: batches in several pieces come whole."""

    feed: FeedStore

    def events(self, records: list[dict[str, Any]]) -> Iterator[ToldEvent]:
        """Yield the events of the batches that some stream records tell of, in the feed's order.

        Raises BatchMissing.
        """
        keys = (record["dynamodb"]["Keys"] for record in records if record["eventName"] == "INSERT")
        batches = {batch_of_key(key["pk"]["S"], key["sk"]["S"]) for key in keys}
        for epoch, n in sorted(batch for batch in batches if batch is not None):
            found = self.feed.read(epoch, n, 1)
            if not found or found[0].n != n:
                raise BatchMissing(f"the feed {epoch} has no batch {n}: it may have expired")
            yield from filter(None, map(_told, found[0].entries))


def _told(entry: FeedEntry) -> ToldEvent | None:
    if entry.type == GAP:
        return None
    severity = Severity(entry.severity) if entry.severity else Severity.INFO
    return ToldEvent(entry.event_id, EventType(entry.type), severity, json.loads(entry.data))
