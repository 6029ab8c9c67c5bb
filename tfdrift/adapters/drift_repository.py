"""The drifts' current records in DynamoDB, written together with the event that tells of the change."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tfdrift.adapters.dynamodb import (
    Item,
    Key,
    Query,
    Table,
    TransactionBusyError,
    TransactionRefusedError,
    texts,
)
from tfdrift.adapters.event_items import SHARDS, event_item, shard_of
from tfdrift.adapters.event_log import utc_now
from tfdrift.adapters.json_text import bounded, dumps, loads_object, pack, unpack
from tfdrift.adapters.lambda_trace import sampled_trace
from tfdrift.adapters.listing import Question, count_of, entries_of, part_of, read_as
from tfdrift.adapters.state_items import state_hash
from tfdrift.adapters.table_schema import BY_RESOURCE, BY_STATUS, BY_TIME
from tfdrift.domain.drift import DriftRecord, DriftStatus, OriginKind, Severity
from tfdrift.domain.drift_json import drift_detail_to_json, drift_from_json
from tfdrift.domain.feed_event import FeedEvent
from tfdrift.domain.sortable_time import to_sortable
from tfdrift.service.ports import (
    ConcurrentUpdate,
    DriftFigures,
    DriftFilter,
    Listing,
    Page,
    StateKey,
    Total,
    VersionedDrift,
)

_EVENT_WRITE = 0
_FIGURES = ("severity", "resource_type", "account_id", "origin", "managed")
_MANAGED = "yes"
_VALUE_LIMIT = 128 * 1024
# An id has 33 characters; a question for a longer one, of up to four bytes each, must still fit into a key.
_LONGEST_ID = 200


@dataclass(frozen=True, slots=True)
class DynamoDriftRepository:
    """`tfdrift.service.ports.DriftRepository` on the events table.

    A drift that is not over never expires; a resolved one is kept for `retention` after it was stored.
    """

    table: Table
    retention: timedelta
    now: Callable[[], datetime] = utc_now
    trace: Callable[[], str | None] = sampled_trace

    def get(self, drift_id: str) -> VersionedDrift | None:
        """Return the drift with that id, consistently read."""
        if len(drift_id) > _LONGEST_ID:
            return None
        item = self.table.get(_key(drift_id))
        return None if item is None else _versioned(item)

    def of_resource(self, resource_hash: str) -> tuple[VersionedDrift, ...]:
        """Return all drifts of a resource, consistently read."""
        items = self.table.query(Query(partition=f"RESOURCE#{resource_hash}"))
        return tuple(_versioned(item) for item in items)

    def record(self, drift: DriftRecord, event: FeedEvent, *, expected_version: int) -> bool:
        """Store the drift's new record and its event in one transaction.

        Returns False when the event is already stored, whatever the version is by now: the second delivery
        of a call changes nothing. Raises `ConcurrentUpdate` when the version is another.
        """
        expires_at = self.now() + self.retention
        if expected_version == 0:
            put_drift = self.table.put_write(self._item(drift, 1, expires_at), "attribute_not_exists(pk)")
        else:
            put_drift = self.table.put_write(
                self._item(drift, expected_version + 1, expires_at),
                "#version = :expected",
                ExpressionAttributeNames={"#version": "version"},
                ExpressionAttributeValues={":expected": {"N": str(expected_version)}},
            )
        put_event = self.table.put_write(
            event_item(event, expires_at, self.trace()), "attribute_not_exists(pk)"
        )
        try:
            self.table.transact([put_event, put_drift])
        except TransactionRefusedError as refused:
            if _EVENT_WRITE in refused.failed:
                return False
            raise ConcurrentUpdate(f"drift {drift.id} is not at version {expected_version}") from refused
        except TransactionBusyError as busy:
            raise ConcurrentUpdate(f"drift {drift.id} is being written by others") from busy
        return True

    def find(self, wanted: DriftFilter, page: Page) -> Listing[DriftRecord]:
        """Return one part of the drifts, newest first."""
        return _records(part_of(self.table, _question(wanted), page))

    def count(self, wanted: DriftFilter) -> Total:
        """Return how many drifts match, or at least so many, where more would have to be examined."""
        return count_of(self.table, _question(wanted))

    def figures(self, status: DriftStatus) -> Iterator[DriftFigures]:
        """Yield the figures of each drift with a status, from the index alone."""
        question = _question(DriftFilter(statuses=(status,)))
        return map(_figures, entries_of(self.table, question, _FIGURES))

    def unmanaged(self, page: Page, account_ids: Sequence[str] = ()) -> Listing[DriftRecord]:
        """Return one part of the unmanaged creations that are not over, newest first, call by call."""
        question = replace(_UNMANAGED, wanted={"account_id": account_ids})
        return _records(part_of(self.table, question, page))

    def _item(self, drift: DriftRecord, version: int, expires_at: datetime) -> Item:
        pk, sk = _key(drift.id)
        item: Item = {
            **texts(
                pk=pk,
                sk=sk,
                kind="drift",
                severity=drift.severity.value,
                resource_type=drift.resource_type,
                provider=drift.provider,
                account_id=drift.account_id,
                origin=drift.origin.kind.value,
                managed=_MANAGED if drift.managed else None,
                gsi2pk=_status_partition(drift.status, shard_of(drift.id)),
                gsi2sk=f"{to_sortable(drift.timestamp)}#{drift.id}",
            ),
            **_unmanaged_keys(drift),
            **_state_keys(drift),
            **_packed(drift),
            "version": {"N": str(version)},
        }
        if drift.status is DriftStatus.RESOLVED:
            item["expires_at"] = {"N": str(int(expires_at.timestamp()))}
        return item


def _packed(drift: DriftRecord) -> Item:
    """Return the record's attribute; values that no item can hold even compressed are shortened."""
    packed = pack("record", dumps(drift_detail_to_json(drift)))
    if packed is not None:
        return packed
    shorter = replace(
        drift,
        old_value=bounded(drift.old_value, _VALUE_LIMIT),
        new_value=bounded(drift.new_value, _VALUE_LIMIT),
    )
    packed = pack("record", dumps(drift_detail_to_json(shorter)))
    if packed is None:
        raise ValueError(f"drift {drift.id} is too large to store even without its values")
    return packed


def _key(drift_id: str) -> Key:
    resource, _, attribute = drift_id.rpartition("-")
    return (f"RESOURCE#{resource}", f"DRIFT#{attribute}")


def _status_partition(status: DriftStatus, shard: int) -> str:
    return f"DRIFTS#{status.value}#{shard}"


def _unmanaged_partition(shard: int) -> str:
    return f"UNMANAGED#{shard}"


def _unmanaged_keys(drift: DriftRecord) -> Item:
    """Return the keys that list an unmanaged creation beside what the same call created; none for others."""
    if not drift.is_unmanaged_creation or drift.status is DriftStatus.RESOLVED:
        return {}
    call = f"{drift.account_id}#{drift.cause.event_id}"
    return texts(
        gsi1pk=_unmanaged_partition(shard_of(call)),
        gsi1sk=f"{to_sortable(drift.timestamp)}#{call}#{drift.id}",
    )


def _state_partition(state: StateKey, status: DriftStatus) -> str:
    return f"STATE#{state_hash(state.bucket, state.key)}#{status.value}"


def _state_keys(drift: DriftRecord) -> Item:
    """Return the keys that list a drift beside those of the same state; none where no state was read."""
    if drift.state is None:
        return {}
    partition = _state_partition(StateKey(drift.state.bucket, drift.state.key), drift.status)
    return texts(gsi4pk=partition, gsi4sk=f"{to_sortable(drift.timestamp)}#{drift.id}")


_UNMANAGED = Question(
    index=BY_TIME,
    key_prefix="gsi1",
    partitions=[_unmanaged_partition(shard) for shard in range(SHARDS)],
    wanted={},
)


def _question(wanted: DriftFilter) -> Question:
    statuses = wanted.statuses or tuple(DriftStatus)
    attributes: dict[str, Sequence[str]] = {
        "severity": [severity.value for severity in wanted.severities],
        "resource_type": wanted.resource_types,
        "provider": wanted.providers,
        "account_id": wanted.account_ids,
    }
    if wanted.state is not None:
        partitions = [_state_partition(wanted.state, status) for status in statuses]
        return Question(BY_RESOURCE, "gsi4", partitions, attributes, wanted.since)
    partitions = [_status_partition(status, shard) for status in statuses for shard in range(SHARDS)]
    return Question(BY_STATUS, "gsi2", partitions, attributes, wanted.since)


def _records(listing: Listing[Item]) -> Listing[DriftRecord]:
    return read_as(listing, [_versioned(item).record for item in listing.items])


def _figures(entry: Item) -> DriftFigures:
    return DriftFigures(
        severity=Severity(entry["severity"]["S"]),
        resource_type=entry["resource_type"]["S"],
        account_id=entry["account_id"]["S"],
        origin=OriginKind(entry["origin"]["S"]),
        managed="managed" in entry,
    )


def _versioned(item: Item) -> VersionedDrift:
    record = drift_from_json(loads_object(unpack("record", item)))
    return VersionedDrift(record, int(item["version"]["N"]))
