"""What ignore rules hid, in DynamoDB: kept for a while, listed newest first, not sent to the stream."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tfdrift.adapters.dynamodb import Item, Table, texts
from tfdrift.adapters.event_items import SHARDS, event_key, shard_of
from tfdrift.adapters.event_log import utc_now
from tfdrift.adapters.json_text import bounded, dumps, loads_object, pack, unpack
from tfdrift.adapters.listing import Question, part_of, read_as
from tfdrift.adapters.table_schema import BY_TIME
from tfdrift.domain.hidden_change import HiddenChange, hidden_change_from_json, hidden_change_to_json
from tfdrift.domain.sortable_time import to_sortable
from tfdrift.service.ports import Listing, Page

_VALUE_LIMIT = 128 * 1024


@dataclass(frozen=True, slots=True)
class DynamoHiddenLog:
    """`tfdrift.service.ports.HiddenLog` on the events table; an entry is kept for `retention`."""

    table: Table
    retention: timedelta
    now: Callable[[], datetime] = utc_now

    def keep(self, change: HiddenChange) -> bool:
        """Keep a hidden change; False when it is kept already."""
        pk, _ = event_key(change.key)
        item: Item = {
            **texts(
                pk=f"HIDDEN#{pk}",
                sk="HIDDEN",
                kind="hidden",
                account_id=change.drift.account_id,
                gsi1pk=_partition(shard_of(change.key)),
                gsi1sk=f"{to_sortable(change.drift.timestamp)}#{pk}",
            ),
            **_packed(change),
            "expires_at": {"N": str(int((self.now() + self.retention).timestamp()))},
        }
        return self.table.put_if(item, "attribute_not_exists(pk)")

    def find(self, page: Page, account_ids: Sequence[str] = ()) -> Listing[HiddenChange]:
        """Return one part of what was hidden, newest first."""
        question = replace(_EVERYTHING, wanted={"account_id": account_ids})
        listing = part_of(self.table, question, page)
        return read_as(
            listing, [hidden_change_from_json(loads_object(unpack("record", item))) for item in listing.items]
        )


def _partition(shard: int) -> str:
    return f"HIDDEN#{shard}"


_EVERYTHING = Question(
    index=BY_TIME, key_prefix="gsi1", partitions=[_partition(shard) for shard in range(SHARDS)], wanted={}
)


def _packed(change: HiddenChange) -> Item:
    """Return the change's attribute; values that no item can hold even compressed are shortened."""
    packed = pack("record", dumps(hidden_change_to_json(change)))
    if packed is not None:
        return packed
    drift = replace(
        change.drift,
        old_value=bounded(change.drift.old_value, _VALUE_LIMIT),
        new_value=bounded(change.drift.new_value, _VALUE_LIMIT),
    )
    packed = pack("record", dumps(hidden_change_to_json(replace(change, drift=drift))))
    if packed is None:
        raise ValueError(f"the hidden change {change.key} is too large to store even without its values")
    return packed
