"""The REST app over real tables in the emulator, spoken to in-process."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest

from tests.support.http import serving
from tests.support.tables import TableNames, create_tables, delete_tables
from tfdrift.adapters.drift_repository import DynamoDriftRepository
from tfdrift.adapters.dynamodb import Table
from tfdrift.adapters.event_log import DynamoEventLog
from tfdrift.adapters.hidden_log import DynamoHiddenLog
from tfdrift.adapters.state_index import DynamoStateIndex
from tfdrift.bootstrap import Product
from tfdrift.demo.emulator import Emulator

RETENTION = timedelta(days=90)


def _product_environment(tables: TableNames) -> dict[str, str]:
    return {**tables.environment(), "TFDRIFT_FINGERPRINT_KEY": "a key of the tests"}


@dataclass(frozen=True, slots=True)
class Stored:
    """The repositories behind the app, for tests to fill."""

    drifts: DynamoDriftRepository
    events: DynamoEventLog
    states: DynamoStateIndex
    hidden: DynamoHiddenLog


@pytest.fixture(scope="module")
def tables(emulator: Emulator) -> Iterator[TableNames]:
    dynamodb = emulator.client("dynamodb")
    names = create_tables(dynamodb)
    yield names
    delete_tables(dynamodb, names)


@pytest.fixture
def stored(emulator: Emulator, tables: TableNames) -> Stored:
    dynamodb = emulator.client("dynamodb")
    events, state = Table(dynamodb, tables.events), Table(dynamodb, tables.state)
    return Stored(
        DynamoDriftRepository(events, RETENTION),
        DynamoEventLog(events, RETENTION),
        DynamoStateIndex(state),
        DynamoHiddenLog(events, RETENTION),
    )


@pytest.fixture
def product_environment(
    aws: Emulator, tables: TableNames, monkeypatch: pytest.MonkeyPatch
) -> pytest.MonkeyPatch:
    """The environment that points the product at the tables; tests may set more."""
    for name, value in _product_environment(tables).items():
        monkeypatch.setenv(name, value)
    return monkeypatch


@pytest.fixture(scope="module")
def client(emulator: Emulator, tables: TableNames) -> Iterator[httpx.Client]:
    """A client of the app as it is without further settings, one for a file of tests."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in {**emulator.environment(), **_product_environment(tables)}.items():
            environment.setenv(name, value)
        app = Product.from_environment().rest_app()
        with serving(app) as client:
            yield client


@pytest.fixture(scope="module")
def filled() -> set[str]:
    """Which of a module's tables have been filled: a module fills them once, with its first test."""
    return set()
