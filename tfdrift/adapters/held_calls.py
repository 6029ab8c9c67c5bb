"""Terraform's own calls in DynamoDB while they wait for the state version that explains them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tfdrift.adapters.dynamodb import Item, Key, Query, Table, TransactionRefusedError, texts
from tfdrift.adapters.event_log import utc_now
from tfdrift.adapters.json_text import pack, unpack
from tfdrift.adapters.record_json import record_from_text, record_to_text
from tfdrift.adapters.table_schema import BY_TIME
from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.domain.sortable_time import to_sortable
from tfdrift.domain.timestamps import format_time, parse_time
from tfdrift.service.ports import HeldCall

_PARTITION = "HELD"


@dataclass(frozen=True, slots=True)
class DynamoHeldCalls:
    """`tfdrift.service.ports.HeldCalls` on the events table.

    Each call has two items: the call itself, in its account's partition, until it is settled; and a note
    that it was seen, which outlives it by `retention`, so that a later delivery does not hold it again.
    """

    table: Table
    retention: timedelta
    now: Callable[[], datetime] = utc_now

    def hold(self, call: HeldCall) -> bool:
        """Keep a call; False when it is already held or was already settled."""
        seen = texts(
            **_named(_seen_key(*call.record.key)), kind="seen_call", held_sk=_call_sort_key(call.record)
        )
        try:
            self.table.transact(
                [
                    self.table.put_write(seen, "attribute_not_exists(pk)"),
                    self.table.put_write(_call_item(call), "attribute_not_exists(pk)"),
                ]
            )
        except TransactionRefusedError:
            return False
        return True

    def held(self, account_id: str) -> Sequence[HeldCall]:
        """Return the calls held for an account, oldest first."""
        return [_call_of(item) for item in self.table.query(Query(partition=_partition(account_id)))]

    def touching(self, account_id: str, names: frozenset[str]) -> Sequence[HeldCall]:
        """Return the calls held for an account that touch any of these, or may, oldest first.

        The calls themselves are large and read only where they matter; their names are small.
        """
        every = self.table.query(Query(partition=_partition(account_id), attributes=("pk", "sk", "touches")))
        wanted = [item for item in every if "touches" not in item or not names.isdisjoint(_touches(item))]
        items = self.table.get_many((item["pk"]["S"], item["sk"]["S"]) for item in wanted)
        return [_call_of(items[key]) for key in sorted(items)]

    def expired(self, now: datetime) -> Sequence[HeldCall]:
        """Return the calls whose grace window has passed, of every account, oldest first."""
        entries = self.table.query(
            Query(
                partition=_PARTITION,
                index=BY_TIME,
                partition_key="gsi1pk",
                condition="gsi1sk < :after",
                values={":after": {"S": to_sortable(now) + "$"}},
                attributes=("pk", "sk"),
            )
        )
        items = self.table.get_many((item["pk"]["S"], item["sk"]["S"]) for item in entries)
        calls = [_call_of(item) for item in items.values()]
        return sorted(calls, key=lambda call: call.record.order)

    def settle(self, account_id: str, event_id: str) -> bool:
        """Let a call go for good; False when it was not held any more."""
        key = _seen_key(account_id, event_id)
        seen = self.table.get(key)
        if seen is None or "held_sk" not in seen:
            return False
        settled = {
            **texts(**_named(key), kind="seen_call"),
            "expires_at": {"N": str(int((self.now() + self.retention).timestamp()))},
        }
        held_key = (_partition(account_id), seen["held_sk"]["S"])
        try:
            self.table.transact(
                [
                    self.table.put_write(settled, "attribute_exists(held_sk)"),
                    self.table.delete_write(held_key),
                ]
            )
        except TransactionRefusedError:
            return False
        return True


def _call_item(call: HeldCall) -> Item:
    packed = pack("record", record_to_text(call.record))
    if packed is None:
        raise ValueError(f"the held call {call.record.event_id} is too large to store")
    return {
        **texts(
            pk=_partition(call.record.account_id),
            sk=_call_sort_key(call.record),
            kind="held",
            account_id=call.record.account_id,
            held_at=format_time(call.held_at),
            grace_ends_at=format_time(call.expires_at),
            gsi1pk=_PARTITION,
            gsi1sk=f"{to_sortable(call.expires_at)}#{call.record.account_id}#{call.record.event_id}",
        ),
        **packed,
        "matched": {"BOOL": call.matched},
        **({"touches": {"SS": sorted(call.touches)}} if call.touches else {}),
    }


def _call_of(item: Item) -> HeldCall:
    return HeldCall(
        record=record_from_text(unpack("record", item)),
        held_at=parse_time(item["held_at"]["S"]),
        expires_at=parse_time(item["grace_ends_at"]["S"]),
        matched=item["matched"]["BOOL"],
        touches=_touches(item),
    )


def _touches(item: Item) -> frozenset[str]:
    return frozenset(item["touches"]["SS"]) if "touches" in item else frozenset()


def _partition(account_id: str) -> str:
    return f"HELD#{account_id}"


def _call_sort_key(record: CloudTrailRecord) -> str:
    return f"{to_sortable(record.event_time)}#{record.event_id}"


def _seen_key(account_id: str, event_id: str) -> Key:
    return (f"CALL#{account_id}#{event_id}", "CALL")


def _named(key: Key) -> dict[str, str]:
    return {"pk": key[0], "sk": key[1]}
