"""The product's tables in the emulator, one set for each file of tests."""

from collections.abc import Iterator

import pytest

from tests.support.tables import TableNames, create_tables, delete_tables
from tfdrift.adapters.dynamodb import Table
from tfdrift.demo.emulator import Emulator


@pytest.fixture(scope="module")
def tables(emulator: Emulator) -> Iterator[TableNames]:
    dynamodb = emulator.client("dynamodb")
    names = create_tables(dynamodb)
    yield names
    delete_tables(dynamodb, names)


@pytest.fixture
def events_table(emulator: Emulator, tables: TableNames) -> Table:
    return Table(emulator.client("dynamodb"), tables.events)
