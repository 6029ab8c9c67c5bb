"""The deployed product in an emulator of its own, the real app on its tables, a client on its stream."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench.deployed.product import Product, watched
from tests.support.streaming_process import streaming_process
from tests.support.tables import TableNames
from tfdrift.demo.deploy import Deployment, deploy
from tfdrift.demo.emulator import Emulator, running_emulator

# Generous, since the functions' cold starts compete for the machine; nothing waits so long when all is well.
ARRIVES_WITHIN = 120.0


def tables_of(deployment: Deployment) -> TableNames:
    """Return the deployment's tables."""
    return TableNames(deployment.events_table, deployment.state_table, deployment.feed_table)


@contextmanager
def deployed(emulator: Emulator, folder: Path) -> Iterator[Product]:
    """Deploy the default stacks and run the app on them while the context lasts."""
    deployment = deploy(emulator)
    with (
        streaming_process(emulator, tables_of(deployment), folder) as app,
        watched(emulator, deployment, app.base) as product,
    ):
        yield product


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A deployment that the tests of a module have for themselves."""
    folder = tmp_path_factory.mktemp("deployed")
    with running_emulator(folder / "emulator") as emulator, deployed(emulator, folder) as made:
        yield made
