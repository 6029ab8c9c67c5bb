"""The dense feed in DynamoDB: one transaction appends a batch and moves the shard's checkpoint."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tfdrift.adapters.dynamodb import (
    Item,
    Query,
    Table,
    TransactionBusyError,
    TransactionRefusedError,
    key_of,
)
from tfdrift.adapters.feed_items import (
    HEAD_KEY,
    LEASE_KEY,
    batch_items,
    batch_partition,
    batch_sort_key,
    batches_of,
    checkpoint_partition,
    head_item,
    head_of,
)
from tfdrift.adapters.stream_errors import table_errors
from tfdrift.domain.timestamps import parse_time
from tfdrift.service.stream_ports import (
    END,
    TRIM_HORIZON,
    CheckpointMove,
    CommitRefused,
    FeedBatch,
    FeedEntry,
    FeedHead,
    Lease,
)

_ABSENT = "attribute_not_exists(pk)"
_GETS_A_TRANSACTION = 100


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class DynamoFeedStore:
    """`tfdrift.service.stream_ports.FeedStore` on the feed table; batches are kept for `retention`."""

    table: Table
    retention: timedelta
    now: Callable[[], datetime] = _utc_now

    @table_errors()
    def head(self) -> FeedHead | None:
        """Return the head; None before the feed was first started."""
        item = self.table.get(HEAD_KEY)
        return None if item is None else head_of(item)

    @table_errors()
    def start(self, stream_id: str, roots: Sequence[str]) -> FeedHead:
        """Begin the feed at the oldest record of each root shard; a feed that is there is left as it is.

        The head is written last: a start that is cut off before it is repeated as a whole.
        """
        existing = self.head()
        if existing is not None:
            return existing
        self._adopt(stream_id, roots)
        head = FeedHead(uuid.uuid4().hex[:12], 0, stream_id, self.now())
        if self.table.put_if(head_item(head), _ABSENT):
            return head
        return self.start(stream_id, roots)

    @table_errors()
    def switch_stream(
        self, head: FeedHead, stream_id: str, roots: Sequence[str], notice: FeedEntry
    ) -> FeedHead:
        """Go on with another stream, and say so in the feed; raises `CommitRefused`."""
        self._adopt(stream_id, roots)
        return self._append(replace(head, stream_id=stream_id), (notice,), head, ())

    def _adopt(self, stream_id: str, roots: Sequence[str]) -> None:
        for shard_id in roots:
            self.table.put_if(self._checkpoint_item(stream_id, shard_id, TRIM_HORIZON), _ABSENT)

    @table_errors()
    def checkpoints(self, stream_id: str) -> Mapping[str, str]:
        """Return the position of each shard that has one."""
        items = self.table.query(Query(checkpoint_partition(stream_id)))
        return {item["sk"]["S"]: item["position"]["S"] for item in items}

    @table_errors()
    def checkpoint(self, stream_id: str, shard_id: str) -> str | None:
        """Return the position of one shard."""
        item = self.table.get((checkpoint_partition(stream_id), shard_id))
        return None if item is None else str(item["position"]["S"])

    @table_errors()
    def commit(self, head: FeedHead, entries: Sequence[FeedEntry], move: CheckpointMove) -> FeedHead:
        """Append the entries as the next batch and move the checkpoint: both or neither."""
        condition: dict[str, Any] = {"condition": _ABSENT}
        if move.old is not None:
            condition = {
                "condition": "#position = :old",
                "ExpressionAttributeNames": {"#position": "position"},
                "ExpressionAttributeValues": {":old": {"S": move.old}},
            }
        item = self._checkpoint_item(head.stream_id, move.shard_id, move.new)
        checkpoint = self.table.put_write(item, **condition)
        if entries:
            return self._append(head, entries, head, (checkpoint,))
        self._transact((checkpoint,))
        return head

    def _append(
        self, head: FeedHead, entries: Sequence[FeedEntry], expected: FeedHead, with_it: tuple[Item, ...]
    ) -> FeedHead:
        """Write the batch after `expected`, whose number and epoch must still be the stored ones.

        Its time is never before that of `expected`, though the clocks of two tasks may differ: that lets the
        feed be searched by time.
        """
        new = replace(head, n=head.n + 1, committed_at=max(self.now(), expected.committed_at))
        move_head = self.table.put_write(
            head_item(new),
            "#epoch = :epoch AND #n = :n",
            ExpressionAttributeNames={"#epoch": "epoch", "#n": "n"},
            ExpressionAttributeValues={":epoch": {"S": expected.epoch}, ":n": {"N": str(expected.n)}},
        )
        items = batch_items(new.epoch, new.n, entries, new.committed_at, self.retention)
        self._transact((move_head, *with_it, *(self.table.put_write(item, _ABSENT) for item in items)))
        return new

    def _transact(self, writes: Sequence[Item]) -> None:
        try:
            self.table.transact(writes)
        except (TransactionRefusedError, TransactionBusyError) as error:
            raise CommitRefused(str(error)) from error

    def _checkpoint_item(self, stream_id: str, shard_id: str, position: str) -> Item:
        """Return a checkpoint's item; a finished shard's expires long after the stream forgot the shard."""
        item: Item = {
            "pk": {"S": checkpoint_partition(stream_id)},
            "sk": {"S": shard_id},
            "position": {"S": position},
        }
        if position == END:
            item["expires_at"] = {"N": str(int((self.now() + timedelta(days=7)).timestamp()))}
        return item

    @table_errors()
    def read(self, epoch: str, first: int, limit: int) -> tuple[FeedBatch, ...]:
        """Return the visible batches from number `first` on, in order."""
        request = self._request(epoch, first, limit)
        items: list[Item] = []
        while True:
            answer = self.table.client.query(**request)
            items += answer["Items"]
            batches = tuple(batches_of(items))
            last = answer.get("LastEvaluatedKey")
            if batches or not last:
                return batches
            request["ExclusiveStartKey"] = last

    def _request(self, epoch: str, first: int, limit: int) -> dict[str, Any]:
        return {
            "TableName": self.table.name,
            "KeyConditionExpression": "pk = :pk AND sk >= :first",
            "ExpressionAttributeValues": {
                ":pk": {"S": batch_partition(epoch)},
                ":first": {"S": batch_sort_key(first)},
            },
            "ConsistentRead": True,
            "Limit": limit,
        }

    @table_errors()
    def first_since(self, epoch: str, moment: datetime, head: int) -> int:
        """Return the number after the last visible batch up to `head` that was committed before `moment`.

        The times of the batches never run backwards (see `_append`), which is what makes the search right.
        """
        before, after = 0, head + 1
        while after - before > 1:
            middle = (before + after) // 2
            found = self._first_from(epoch, middle)
            if found is None or found[0] >= after or found[1] >= moment:
                after = middle
            else:
                before = found[0]
        return after

    def _first_from(self, epoch: str, n: int) -> tuple[int, datetime] | None:
        """Return number and time of the first visible batch from `n` on."""
        items = self.table.client.query(
            **self._request(epoch, n, limit=1), ProjectionExpression="n, committed_at"
        )["Items"]
        if not items:
            return None
        return int(items[0]["n"]["N"]), parse_time(items[0]["committed_at"]["S"])

    @table_errors()
    def expired(self, epoch: str, first: int, last: int) -> bool:
        """Return whether none of these batches is stored or being stored.

        Of very many the last ones are asked for alone: a commit needs the head of the one before it, so that
        only the latest few can be under way.
        """
        keys = [
            key_of((batch_partition(epoch), batch_sort_key(n)))
            for n in range(max(first, last + 1 - _GETS_A_TRANSACTION), last + 1)
        ]
        gets: Any = [
            {"Get": {"TableName": self.table.name, "Key": key, "ProjectionExpression": "pk"}} for key in keys
        ]
        client = self.table.client
        try:
            answers = client.transact_get_items(TransactItems=gets)["Responses"]
        except client.exceptions.TransactionCanceledException:
            return False
        return not any(answer.get("Item") for answer in answers)


@dataclass(frozen=True, slots=True)
class DynamoLeaseStore:
    """`tfdrift.service.stream_ports.LeaseStore` on the feed table."""

    table: Table

    @table_errors()
    def read(self) -> Lease | None:
        """Return the lease; None before anybody held it."""
        item = self.table.get(LEASE_KEY)
        return None if item is None else Lease(item["owner"]["S"], int(item["counter"]["N"]))

    @table_errors()
    def write(self, expected: Lease | None, new: Lease) -> bool:
        """Replace the expected lease; False if it is another by now."""
        item: Item = {
            "pk": {"S": LEASE_KEY[0]},
            "sk": {"S": LEASE_KEY[1]},
            "owner": {"S": new.owner},
            "counter": {"N": str(new.counter)},
        }
        if expected is None:
            return self.table.put_if(item, _ABSENT)
        return self.table.put_if(
            item,
            "#owner = :owner AND #counter = :counter",
            values={":owner": {"S": expected.owner}, ":counter": {"N": str(expected.counter)}},
            names={"#owner": "owner", "#counter": "counter"},
        )
