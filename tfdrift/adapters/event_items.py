"""Feed events as items of the events table; these items, and only these, go out on the table's stream."""

import hashlib
from datetime import datetime

from tfdrift.adapters.dynamodb import Item, Key, text, texts
from tfdrift.adapters.json_text import bounded, dumps, loads_object, pack, unpack
from tfdrift.domain.actor import actor_from_json, actor_to_json
from tfdrift.domain.feed_event import EventType, FeedEvent
from tfdrift.domain.sortable_time import to_sortable
from tfdrift.domain.timestamps import format_time, parse_time

SHARDS = 4
STREAMED_PAYLOAD_LIMIT = 96 * 1024
# A sort key holds 1024 bytes, and that of the index by time begins with a time and the key's prefix.
_LONGEST_ID = 900
_FULL_PAYLOAD = "full_payload"


def event_key(event_id: str) -> Key:
    """Return the key of an event; an id too long for a key is represented by its hash."""
    if len(event_id.encode("utf-8")) > _LONGEST_ID:
        event_id = "sha256:" + hashlib.sha256(event_id.encode("utf-8")).hexdigest()
    return (f"EVENT#{event_id}", "EVENT")


def shard_of(identity: str) -> int:
    """Return which of the index's partitions takes an entry: one partition alone would cap the write rate."""
    return hashlib.sha256(identity.encode("utf-8")).digest()[0] % SHARDS


def time_partition(kind: EventType, shard: int) -> str:
    """Return the partition of the index by time for a shard of the events of a kind."""
    return f"EVENTS#{kind.value}#{shard}"


def principal_partition(principal: str) -> str:
    """Return the partition of the index by principal, whose name may be longer than a key."""
    return f"PRINCIPAL#{_hashed(principal)}"


def resource_partition(
    account_id: str | None, region: str | None, resource_type: str, resource_id: str
) -> str:
    """Return the partition of the index by resource; one is of those whose account or region is unknown."""
    return f"TOUCHED#{_hashed(account_id or '', region or '', resource_type, resource_id)}"


def event_item(event: FeedEvent, expires_at: datetime, trace: str | None = None) -> Item:
    """Return the item of an event.

    `payload` is what goes on the stream, ready for a ``data:`` line. A payload above 96 KiB is shortened
    there, with markers, and kept in full beside it, compressed; only one that is still too big for an item
    after that is kept in its shortened form alone. `trace` is the header of the trace that stores it.
    """
    pk, sk = event_key(event.event_id)
    place = f"{to_sortable(event.timestamp)}#{pk}"
    payload = dumps(event.payload)
    item: Item = {
        **texts(
            pk=pk,
            sk=sk,
            kind="event",
            event_id=event.event_id,
            type=event.type.value,
            timestamp=format_time(event.timestamp),
            payload=payload,
            severity=event.severity,
            resource_type=event.resource_type,
            account_id=event.account_id,
            gsi1pk=time_partition(event.type, shard_of(event.event_id)),
            gsi1sk=place,
            region=event.region,
            resource_id=event.resource_id,
            actor=None if event.actor is None else dumps(actor_to_json(event.actor)),
            trace=trace,
        ),
        **_index_keys(event, place),
        "expires_at": {"N": str(int(expires_at.timestamp()))},
    }
    if len(payload.encode("utf-8")) > STREAMED_PAYLOAD_LIMIT:
        item["payload"] = {"S": dumps(bounded(event.payload, STREAMED_PAYLOAD_LIMIT))}
        item.update(pack(_FULL_PAYLOAD, payload, limit=256 * 1024) or {})
    return item


def event_of(item: Item) -> FeedEvent:
    """Return the event of an item, with its full payload where that was kept."""
    full = f"{_FULL_PAYLOAD}_packed" in item
    return FeedEvent(
        event_id=item["event_id"]["S"],
        type=EventType(item["type"]["S"]),
        timestamp=parse_time(item["timestamp"]["S"]),
        payload=loads_object(unpack(_FULL_PAYLOAD, item) if full else item["payload"]["S"]),
        severity=text(item, "severity"),
        resource_type=text(item, "resource_type"),
        account_id=text(item, "account_id"),
        region=text(item, "region"),
        resource_id=text(item, "resource_id"),
        actor=actor_from_json(loads_object(item["actor"]["S"])) if "actor" in item else None,
    )


def _index_keys(event: FeedEvent, place: str) -> Item:
    """Return the keys by which an event is found by who did it and by what it was done to, where known."""
    keys: Item = {}
    if event.actor is not None:
        keys.update(texts(gsi3pk=principal_partition(event.actor.principal), gsi3sk=place))
    if event.resource_type is not None and event.resource_id is not None:
        partition = resource_partition(event.account_id, event.region, event.resource_type, event.resource_id)
        keys.update(texts(gsi4pk=partition, gsi4sk=place))
    return keys


def _hashed(*names: str) -> str:
    return hashlib.sha256("\x1f".join(names).encode("utf-8", "surrogatepass")).hexdigest()[:32]
