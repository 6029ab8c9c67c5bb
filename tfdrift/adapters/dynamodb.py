"""One DynamoDB table as the repositories use it: whole listings, whole batches, conditions told apart."""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Item = dict[str, Any]
Key = tuple[str, str]

_ATTEMPTS = 8
_FIRST_WAIT_SECONDS = 0.05
_LONGEST_WAIT_SECONDS = 2.0
_WRITES_A_BATCH = 25
_READS_A_BATCH = 100
CONDITION_FAILED = "ConditionalCheckFailed"
_TRANSIENT_REASONS = {
    "TransactionConflict",
    "ThrottlingError",
    "ProvisionedThroughputExceeded",
}
_RANDOM = random.SystemRandom()


class StorageOverloadedError(Exception):
    """DynamoDB kept refusing a part of a request: the caller's message is to be delivered again."""


class TransactionRefusedError(Exception):
    """A transaction whose conditions did not hold; `failed` are the positions of those conditions."""

    def __init__(self, failed: frozenset[int]) -> None:
        super().__init__(f"conditions {sorted(failed)} of the transaction did not hold")
        self.failed = failed


class TransactionBusyError(Exception):
    """A transaction that other writers kept from its items for longer than was waited."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question to one partition of the table or of an index.

    `condition` is a key condition on the sort key alone, `filter` a filter expression; `names` and `values`
    resolve their placeholders. `attributes` limits what is returned of an item, `page_size` how many entries
    one request examines; with `count_only` the items are counted and not returned.
    """

    partition: str
    index: str | None = None
    partition_key: str = "pk"
    condition: str | None = None
    filter: str | None = None
    names: dict[str, str] | None = None
    values: Item | None = None
    attributes: tuple[str, ...] = ()
    newest_first: bool = False
    page_size: int | None = None
    count_only: bool = False


@dataclass(frozen=True, slots=True)
class QueryPage:
    """What one request of a query answered.

    `examined` counts what was looked at and paid for, `matched` what of it the filter let pass. `last` is the
    key to go on after, None at the end.
    """

    items: list[Item]
    matched: int
    examined: int
    last: Item | None


@dataclass(frozen=True, slots=True)
class Table:
    """A table with the keys `pk` and `sk`. Reads of the table itself are always consistent."""

    client: "DynamoDBClient"
    name: str
    sleep: Callable[[float], None] = time.sleep

    def get(self, key: Key) -> Item | None:
        """Return the item with that key."""
        answer = self.client.get_item(TableName=self.name, Key=key_of(key), ConsistentRead=True)
        return answer.get("Item")

    def put_if(
        self, item: Item, condition: str, values: Item | None = None, names: dict[str, str] | None = None
    ) -> bool:
        """Put an item where the condition holds; False where it does not."""
        request: dict[str, Any] = {"TableName": self.name, "Item": item, "ConditionExpression": condition}
        if values:
            request["ExpressionAttributeValues"] = values
        if names:
            request["ExpressionAttributeNames"] = names
        return self._conditional(lambda: self.client.put_item(**request))

    def delete_if(self, key: Key, condition: str, values: Item) -> bool:
        """Delete an item where the condition holds; False where it does not."""
        return self._conditional(
            lambda: self.client.delete_item(
                TableName=self.name,
                Key=key_of(key),
                ConditionExpression=condition,
                ExpressionAttributeValues=values,
            )
        )

    def _conditional(self, write: Callable[[], object]) -> bool:
        for wait in _waits():
            try:
                write()
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if code == "ConditionalCheckFailedException":
                    return False
                if code != "TransactionConflictException":
                    raise
                self.sleep(wait)
            else:
                return True
        raise TransactionBusyError(f"another transaction kept an item of table {self.name}")

    def query(self, query: Query) -> Iterator[Item]:
        """Return every item that matches, over all pages; a query of an index is eventually consistent."""
        for page in self.pages(query):
            yield from page.items

    def pages(self, query: Query) -> Iterator[QueryPage]:
        """Return what matches, request by request; each is sent when it is asked for."""
        request = self._query_request(query)
        while True:
            answer = self.client.query(**request)
            last = answer.get("LastEvaluatedKey")
            yield QueryPage(answer.get("Items", []), answer["Count"], answer["ScannedCount"], last)
            if not last:
                return
            request["ExclusiveStartKey"] = last

    def _query_request(self, query: Query) -> dict[str, Any]:
        names = {"#pk": query.partition_key, **(query.names or {})}
        condition = "#pk = :pk" + (f" AND {query.condition}" if query.condition else "")
        request: dict[str, Any] = {
            "TableName": self.name,
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": {":pk": {"S": query.partition}, **(query.values or {})},
            "ScanIndexForward": not query.newest_first,
            "ExpressionAttributeNames": names,
            **({"IndexName": query.index} if query.index else {"ConsistentRead": True}),
        }
        if query.filter:
            request["FilterExpression"] = query.filter
        if query.page_size:
            request["Limit"] = query.page_size
        if query.count_only:
            request["Select"] = "COUNT"
        elif query.attributes:
            names.update({f"#a{n}": name for n, name in enumerate(query.attributes)})
            request["ProjectionExpression"] = ", ".join(f"#a{n}" for n in range(len(query.attributes)))
        return request

    def get_many(self, keys: Iterable[Key]) -> dict[Key, Item]:
        """Return the items with those keys, by key; keys without an item are left out."""
        found: dict[Key, Item] = {}
        for batch in _batches(list(dict.fromkeys(keys)), _READS_A_BATCH):
            wanted: Any = {self.name: {"Keys": [key_of(key) for key in batch], "ConsistentRead": True}}
            for wait in _waits():
                answer = self.client.batch_get_item(RequestItems=wanted)
                for item in answer["Responses"].get(self.name, []):
                    found[item["pk"]["S"], item["sk"]["S"]] = item
                wanted = answer.get("UnprocessedKeys")
                if not wanted:
                    break
                self.sleep(wait)
            else:
                raise StorageOverloadedError(f"table {self.name} left reads of a batch undone")
        return found

    def write_many(self, puts: Iterable[Item] = (), deletes: Iterable[Key] = ()) -> None:
        """Put and delete without conditions; raises StorageOverloadedError if a part is refused for good."""
        requests: list[Any] = [{"PutRequest": {"Item": item}} for item in puts]
        requests += [{"DeleteRequest": {"Key": key_of(key)}} for key in deletes]
        for batch in _batches(requests, _WRITES_A_BATCH):
            self._write_batch({self.name: batch})

    def _write_batch(self, pending: Any) -> None:  # noqa: ANN401 - DynamoDB's own structure of writes
        for wait in _waits():
            pending = self.client.batch_write_item(RequestItems=pending).get("UnprocessedItems")
            if not pending:
                return
            self.sleep(wait)
        raise StorageOverloadedError(f"table {self.name} left writes of a batch undone")

    def transact(self, writes: Sequence[Any]) -> None:
        """Write all or nothing.

        Raises
        ------
        TransactionRefusedError
            If conditions did not hold; it names which.
        TransactionBusyError
            If another writer was at the same items over all attempts.
        """
        for wait in _waits():
            try:
                self.client.transact_write_items(TransactItems=writes)
            except self.client.exceptions.TransactionCanceledException as error:
                reasons = [reason.get("Code") for reason in error.response.get("CancellationReasons", [])]
                failed = frozenset(n for n, code in enumerate(reasons) if code == CONDITION_FAILED)
                if failed:
                    raise TransactionRefusedError(failed) from error
                if not _TRANSIENT_REASONS.intersection(code for code in reasons if code):
                    raise
                self.sleep(wait)
            else:
                return
        raise TransactionBusyError(f"other transactions kept items of table {self.name}")

    def put_write(self, item: Item, condition: str, **expression: Any) -> Item:  # noqa: ANN401 - DynamoDB's own
        """Return the conditional put of an item as a part of a transaction."""
        return {"Put": {"TableName": self.name, "Item": item, "ConditionExpression": condition, **expression}}

    def delete_write(self, key: Key) -> Item:
        """Return the deletion of an item as a part of a transaction."""
        return {"Delete": {"TableName": self.name, "Key": key_of(key)}}


def key_of(key: Key) -> Item:
    """Return a key as DynamoDB writes it."""
    return {"pk": {"S": key[0]}, "sk": {"S": key[1]}}


def text(item: Item, name: str) -> str | None:
    """Return a text attribute of an item, None where it is absent."""
    attribute = item.get(name)
    return None if attribute is None else str(attribute["S"])


def texts(**values: str | None) -> Item:
    """Return text attributes; those that are None are left out."""
    return {name: {"S": value} for name, value in values.items() if value is not None}


def _batches(values: Sequence[Any], size: int) -> Iterator[list[Any]]:
    for start in range(0, len(values), size):
        yield list(values[start : start + size])


def _waits() -> Iterator[float]:
    """Return the waits between attempts, in seconds: exponential, with full jitter."""
    for attempt in range(_ATTEMPTS):
        yield _RANDOM.uniform(0, min(_LONGEST_WAIT_SECONDS, _FIRST_WAIT_SECONDS * 2**attempt))
