"""The table's batches are whole even where DynamoDB leaves parts undone, and refusals are told apart."""

from typing import Any

import pytest

from tests.support.tables import TableNames
from tfdrift.adapters.dynamodb import (
    Item,
    Query,
    StorageOverloadedError,
    Table,
    TransactionRefusedError,
    texts,
)
from tfdrift.demo.emulator import Emulator

pytestmark = pytest.mark.emulator


class Reluctant:
    """Makes a real client leave the second half of each batch undone, `times` times."""

    def __init__(self, client: Any, times: int) -> None:
        self.left = times
        self.held_back: Any = None
        events = client.meta.events
        events.register("provide-client-params.dynamodb.BatchWriteItem", self.hold_back)
        events.register("after-call.dynamodb.BatchWriteItem", self.give_back("UnprocessedItems"))
        events.register("provide-client-params.dynamodb.BatchGetItem", self.hold_back)
        events.register("after-call.dynamodb.BatchGetItem", self.give_back("UnprocessedKeys"))

    def hold_back(self, params: Any, **_: Any) -> Any:
        [(name, content)] = params["RequestItems"].items()
        whole = content["Keys"] if isinstance(content, dict) else content
        if not self.left or len(whole) < 2:
            return None
        self.left -= 1
        half = len(whole) // 2

        def part(entries: Any) -> Any:
            return {**content, "Keys": entries} if isinstance(content, dict) else entries

        self.held_back = {name: part(whole[half:])}
        return {**params, "RequestItems": {name: part(whole[:half])}}

    def give_back(self, name: str) -> Any:
        def add(parsed: Any, **_: Any) -> None:
            if self.held_back:
                parsed[name], self.held_back = self.held_back, None

        return add


def items(prefix: str, count: int) -> list[Item]:
    return [texts(pk=prefix, sk=f"{n:03d}") for n in range(count)]


def reluctant_table(emulator: Emulator, tables: TableNames, times: int) -> tuple[Table, list[float]]:
    client = emulator.client("dynamodb")
    Reluctant(client, times)
    waits: list[float] = []
    return Table(client, tables.events, sleep=waits.append), waits


def test_writes_left_undone_are_written(emulator: Emulator, tables: TableNames) -> None:
    table, waits = reluctant_table(emulator, tables, times=3)

    table.write_many(puts=items("written", 60))

    assert len(list(table.query(Query(partition="written")))) == 60
    assert len(waits) == 3


def test_reads_left_undone_are_read(emulator: Emulator, tables: TableNames) -> None:
    table, waits = reluctant_table(emulator, tables, times=0)
    table.write_many(puts=items("read", 130))
    table, waits = reluctant_table(emulator, tables, times=3)

    found = table.get_many(("read", f"{n:03d}") for n in range(135))

    assert sorted(found) == [("read", f"{n:03d}") for n in range(130)]
    assert len(waits) == 3


def test_a_batch_that_is_refused_for_good_is_an_error(emulator: Emulator, tables: TableNames) -> None:
    client = emulator.client("dynamodb")

    def refuse_all(parsed: Any, **_: Any) -> None:
        parsed["UnprocessedItems"] = {tables.events: [{"PutRequest": {"Item": items("refused", 1)[0]}}]}

    client.meta.events.register("after-call.dynamodb.BatchWriteItem", refuse_all)
    table = Table(client, tables.events, sleep=lambda _: None)

    with pytest.raises(StorageOverloadedError, match=tables.events):
        table.write_many(puts=items("refused", 1))


def test_a_query_reads_every_page(events_table: Table) -> None:
    page = "x" * 200_000
    events_table.write_many(puts=[{**item, **texts(data=page)} for item in items("pages", 12)])

    found = list(events_table.query(Query(partition="pages", attributes=("sk",))))

    assert [item["sk"]["S"] for item in found] == [f"{n:03d}" for n in range(12)]


def test_a_refused_transaction_names_the_conditions_and_writes_nothing(events_table: Table) -> None:
    first, second, third = items("transaction", 3)
    events_table.transact([events_table.put_write(second, "attribute_not_exists(pk)")])

    with pytest.raises(TransactionRefusedError) as refused:
        events_table.transact(
            [events_table.put_write(item, "attribute_not_exists(pk)") for item in (first, second, third)]
        )

    assert refused.value.failed == {1}
    assert [item["sk"]["S"] for item in events_table.query(Query(partition="transaction"))] == ["001"]
