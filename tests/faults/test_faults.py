"""The bounded run of the fault harness; ``make faults`` is the long one."""

from pathlib import Path

import pytest

from tests.faults.harness import Run, Size
from tfdrift.demo.emulator import Emulator

pytestmark = pytest.mark.emulator

SIZE = Size(events=600, writers=4, clients=60, seconds=8)


@pytest.mark.timeout(180)
@pytest.mark.parametrize("seed", [11, 12])
async def test_every_client_ends_with_exactly_what_was_written(
    emulator: Emulator, tmp_path: Path, seed: int
) -> None:
    run = Run(emulator, tmp_path, seed, SIZE)

    report = await run.run()

    print(report.text())
    assert report.right, report.text()
    assert report.written == report.in_feed == SIZE.events
    assert report.clients["complete"]
    assert report.clients["visits"]["connections"] > SIZE.clients
    assert sum(report.faults.values()) > 10
