"""The storages that the ports' conformance tests run on; each test gets fresh, empty ones."""

from collections.abc import Callable

import pytest

from tfdrift.service.memory import (
    MemoryDriftRepository,
    MemoryEventLog,
    MemoryHeldCalls,
    MemoryStateIndex,
)
from tfdrift.service.use_cases import Ports


def memory_ports(_request: pytest.FixtureRequest) -> Ports:
    """Return the ports in memory."""
    events = MemoryEventLog()
    return Ports(MemoryStateIndex(), MemoryDriftRepository(events), events, MemoryHeldCalls())


STORAGES: dict[str, Callable[[pytest.FixtureRequest], Ports]] = {"memory": memory_ports}


@pytest.fixture(params=sorted(STORAGES))
def ports(request: pytest.FixtureRequest) -> Ports:
    """Empty ports of one storage."""
    return STORAGES[request.param](request)
