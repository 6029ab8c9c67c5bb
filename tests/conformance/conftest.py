"""The storages that the ports' conformance tests run on; each test gets fresh, empty ones."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.support.tables import create_tables, delete_tables
from tfdrift.adapters.drift_repository import DynamoDriftRepository
from tfdrift.adapters.dynamodb import Table
from tfdrift.adapters.event_log import DynamoEventLog
from tfdrift.adapters.held_calls import DynamoHeldCalls
from tfdrift.adapters.hidden_log import DynamoHiddenLog
from tfdrift.adapters.state_index import DynamoStateIndex
from tfdrift.demo.emulator import Emulator
from tfdrift.service.memory import (
    MemoryDriftRepository,
    MemoryEventLog,
    MemoryHeldCalls,
    MemoryHiddenLog,
    MemoryStateIndex,
)
from tfdrift.service.use_cases import Ports

RETENTION = timedelta(days=90)


@pytest.fixture(scope="session")
def dynamodb(emulator: Emulator) -> object:
    """One client of the emulator's DynamoDB; it takes a while to make."""
    return emulator.client("dynamodb")


def memory_ports(_request: pytest.FixtureRequest) -> Ports:
    """Return the ports in memory."""
    events = MemoryEventLog()
    return Ports(
        MemoryStateIndex(), MemoryDriftRepository(events), events, MemoryHeldCalls(), MemoryHiddenLog()
    )


def dynamodb_ports(request: pytest.FixtureRequest) -> Ports:
    """Return the ports on tables of their own in the emulator."""
    client = request.getfixturevalue("dynamodb")
    names = create_tables(client)
    request.addfinalizer(lambda: delete_tables(client, names))
    events = Table(client, names.events)
    return Ports(
        DynamoStateIndex(Table(client, names.state)),
        DynamoDriftRepository(events, RETENTION),
        DynamoEventLog(events, RETENTION),
        DynamoHeldCalls(events, RETENTION),
        DynamoHiddenLog(events, RETENTION),
    )


STORAGES: dict[str, Callable[[pytest.FixtureRequest], Ports]] = {
    "dynamodb": dynamodb_ports,
    "memory": memory_ports,
}


@pytest.fixture(params=[pytest.param("dynamodb", marks=pytest.mark.emulator), "memory"])
def ports(request: pytest.FixtureRequest) -> Ports:
    """Empty ports of one storage."""
    return STORAGES[request.param](request)
