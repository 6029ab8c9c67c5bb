"""Fixtures that every suite shares: the AWS emulator, one for each worker."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.dynamodb_local import running_dynamodb_local
from tfdrift.demo.emulator import Emulator, running_emulator

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def pytest_configure() -> None:
    """Say that there is no current event loop.

    Otherwise the first asynchronous test makes one only to find out, and nobody closes it.
    """
    asyncio.set_event_loop(None)


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """A running AWS emulator; its resources are shared, so each test names its own."""
    with running_emulator(tmp_path_factory.mktemp("emulator")) as running:
        yield running


@pytest.fixture(scope="session")
def dynamodb_local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """The running real DynamoDB Local: tables and their streams, and no other service."""
    with running_dynamodb_local(tmp_path_factory.mktemp("dynamodb-local")) as running:
        yield running


@pytest.fixture
def aws(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    """The emulator, with this process's AWS SDK pointed at it."""
    for name, value in emulator.environment().items():
        monkeypatch.setenv(name, value)
    return emulator


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of recorded real inputs; tests that need it are skipped where it is not laid out."""
    if not SHARED_DATA.is_dir():
        pytest.skip("recorded inputs are not beside this checkout")
    return SHARED_DATA
