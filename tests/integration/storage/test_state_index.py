"""The state index in DynamoDB: whole versions, big states, races, and what a crash leaves behind."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import pytest

from tests.support.tables import TableNames
from tfdrift.adapters.dynamodb import Query, Table
from tfdrift.adapters.state_index import DynamoStateIndex
from tfdrift.adapters.state_items import generation_partition, registration, state_hash
from tfdrift.demo.emulator import Emulator
from tfdrift.domain.drift import StateReference
from tfdrift.domain.managed_resource import ManagedResource

pytestmark = pytest.mark.emulator

NOW = datetime(2025, 1, 15, 10, tzinfo=UTC)
ACCOUNT, REGION = "111122223333", "eu-west-1"


@pytest.fixture
def table(emulator: Emulator, tables: TableNames) -> Table:
    return Table(emulator.client("dynamodb"), tables.state)


@pytest.fixture
def reference(request: pytest.FixtureRequest) -> StateReference:
    return StateReference(
        key=f"{request.node.name}/terraform.tfstate",
        serial=1,
        lineage="11111111-2222-3333-4444-555555555555",
        bucket="states",
        version_id="v1",
    )


def resource(reference: StateReference, name: str, **attributes: Any) -> ManagedResource:
    return ManagedResource(
        address=f"aws_instance.{name}",
        resource_type="aws_instance",
        resource_id=f"i-{name}",
        provider="aws",
        attributes={"id": f"i-{name}", **attributes},
        identifiers=(f"i-{name}", f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/i-{name}"),
        state=reference,
        account_id=ACCOUNT,
        region=REGION,
        depends_on=("aws_vpc.main",),
    )


def put(index: DynamoStateIndex, reference: StateReference, *resources: ManagedResource) -> bool:
    owned = [replace(each, state=reference) for each in resources]
    return index.replace(reference, owned, terraform_version="1.9.0", indexed_at=NOW)


def generations(table: Table, reference: StateReference) -> list[str]:
    hashed = state_hash(reference.bucket, reference.key)
    return [item["sk"]["S"] for item in table.query(Query(partition=f"GENERATIONS#{hashed}"))]


def parts(table: Table, reference: StateReference, generation: str) -> int:
    hashed = state_hash(reference.bucket, reference.key)
    return len(list(table.query(Query(partition=generation_partition(hashed, generation)))))


def test_a_state_of_thousands_of_resources_is_found_by_every_id(
    table: Table, reference: StateReference
) -> None:
    index = DynamoStateIndex(table)
    many = [resource(reference, f"{reference.serial}-{n:04d}", tags={"n": str(n)}) for n in range(3000)]

    assert put(index, reference, *many)

    assert index.resources_of(reference.bucket, reference.key) == tuple(many)
    assert index.find("aws_instance", ACCOUNT, REGION, "i-1-2999") == (many[2999],)
    assert index.find_any_type(ACCOUNT, REGION, many[1500].identifiers[1]) == (many[1500],)
    assert index.by_address("aws_instance.1-0042") == (many[42],)
    assert index.states()[0].resource_count == 3000


def test_attributes_larger_than_an_item_come_back_whole(table: Table, reference: StateReference) -> None:
    index = DynamoStateIndex(table)
    incompressible = "".join(chr(0x4E00 + (n * n * 7919 + n) % 20000) for n in range(400_000))
    big = resource(reference, "big", user_data=incompressible, nanoseconds=1736935200123456789, ratio=0.1)

    assert put(index, reference, big)

    assert index.find("aws_instance", ACCOUNT, REGION, "i-big") == (big,)
    assert index.resources_of(reference.bucket, reference.key) == (big,)


def test_a_part_of_a_state_of_thousands_reads_few_chunks(
    table: Table, reference: StateReference, emulator: Emulator
) -> None:
    index = DynamoStateIndex(table)
    put(index, reference, *(resource(reference, f"part-{n:04d}", note="x" * 500) for n in range(3000)))
    client = emulator.client("dynamodb")
    read: list[int] = []
    client.meta.events.register(
        "after-call.dynamodb.BatchGetItem",
        lambda parsed, **_: read.append(sum(map(len, parsed["Responses"].values()))),
    )
    counted = DynamoStateIndex(Table(client, table.name))

    found = counted.resources_after(reference.bucket, reference.key, "aws_instance.part-1499")

    names = [each.resource_id for each in islice(found, 3)]
    assert names == ["i-part-1500", "i-part-1501", "i-part-1502"]
    assert sum(read) <= 2


def test_a_version_that_comes_while_its_predecessor_is_listed_goes_on_in_its_place(
    table: Table, reference: StateReference
) -> None:
    index = DynamoStateIndex(table)
    before = [resource(reference, f"listed-{n:04d}", note="x" * 500) for n in range(1000)]
    put(index, reference, *before)
    listed = index.resources_after(reference.bucket, reference.key, "")
    first = next(listed)
    put(index, replace(reference, serial=2), *(each for each in before if not each.address.endswith("5")))

    rest = [each.address for each in listed]

    assert first.address == "aws_instance.listed-0000"
    assert rest[-1] == "aws_instance.listed-0999"
    assert "aws_instance.listed-0995" not in rest
    assert rest == sorted(set(rest))


def test_the_replaced_generation_is_removed(table: Table, reference: StateReference) -> None:
    index = DynamoStateIndex(table)
    put(index, reference, resource(reference, "gone"))
    first = generations(table, reference)

    put(index, replace(reference, serial=2), resource(reference, "new"))

    assert parts(table, reference, first[0]) == 0
    assert len(generations(table, reference)) == 1
    assert index.find_any_type(ACCOUNT, REGION, "i-gone") == ()
    assert list(table.query(Query(partition="ID#i-gone"))) == []


def test_a_generation_left_half_done_is_never_seen_and_removed_later(
    table: Table, reference: StateReference
) -> None:
    index = DynamoStateIndex(table)
    put(index, reference, resource(reference, "kept"))
    hashed = state_hash(reference.bucket, reference.key)
    table.write_many(puts=[registration(hashed, "000000000000000-dead", NOW - timedelta(hours=2))])

    assert [found.address for found in index.resources_of(reference.bucket, reference.key)] == [
        "aws_instance.kept"
    ]

    put(index, replace(reference, serial=2), resource(reference, "kept"))

    assert "000000000000000-dead" not in generations(table, reference)


class _Interfering(DynamoStateIndex):
    """An index whose write is overtaken by another writer right before it becomes current."""

    def _make_current(self, current: Any, head: Any) -> bool:
        if head.reference.serial == 2:
            DynamoStateIndex(self.table).replace(
                replace(head.reference, serial=3),
                [resource(replace(head.reference, serial=3), "from-the-other-writer")],
                terraform_version=None,
                indexed_at=NOW,
            )
        return super()._make_current(current, head)


def test_a_writer_that_is_overtaken_by_a_newer_serial_gives_way(
    table: Table, reference: StateReference
) -> None:
    put(DynamoStateIndex(table), reference, resource(reference, "first"))

    written = put(_Interfering(table), replace(reference, serial=2), resource(reference, "second"))

    index = DynamoStateIndex(table)
    assert not written
    assert [found.resource_id for found in index.resources_of(reference.bucket, reference.key)] == [
        "i-from-the-other-writer"
    ]
    assert index.find_any_type(ACCOUNT, REGION, "i-second") == ()
    assert len(generations(table, reference)) == 1


class _SwitchedWhileRead(DynamoStateIndex):
    """An index where a new version becomes current between the head's reading and the content's."""

    def _head(self, hashed: str) -> Any:
        head = super()._head(hashed)
        if head is not None and head.reference.serial == 1:
            reference = replace(head.reference, serial=2)
            put(DynamoStateIndex(self.table), reference, resource(reference, "second"))
        return head


def test_a_reader_whose_version_is_replaced_meanwhile_reads_the_new_one(
    table: Table, reference: StateReference
) -> None:
    put(DynamoStateIndex(table), reference, resource(reference, "first"))

    found = _SwitchedWhileRead(table).resources_of(reference.bucket, reference.key)

    assert [each.resource_id for each in found] == ["i-second"]


def test_a_signpost_that_a_later_version_put_up_again_is_not_removed(
    table: Table, reference: StateReference
) -> None:
    index = DynamoStateIndex(table)
    put(index, reference, resource(reference, "again"))

    class LateRemoval(DynamoStateIndex):
        def _make_current(self, current: Any, head: Any) -> bool:
            switched = super()._make_current(current, head)
            if head.reference.serial == 2:
                put(DynamoStateIndex(self.table), replace(reference, serial=3), resource(reference, "again"))
            return switched

    put(LateRemoval(table), replace(reference, serial=2), resource(reference, "other"))

    assert [found.resource_id for found in index.find_any_type(ACCOUNT, REGION, "i-again")] == ["i-again"]


def test_an_id_too_long_for_a_key_is_found(table: Table, reference: StateReference) -> None:
    index = DynamoStateIndex(table)
    long_id = "policy/" + "ü" * 3000
    long = replace(resource(reference, "long"), identifiers=(long_id,))

    put(index, reference, long)

    assert index.find_any_type(ACCOUNT, REGION, long_id) == (long,)
