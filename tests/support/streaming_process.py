"""Runs ``python -m streaming`` as a real process against the emulator."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tfdrift.demo.emulator import Emulator, free_port, stop_process_group

from .tables import TableNames

_ROOT = Path(__file__).resolve().parents[2]
_START_SECONDS = 30.0


@dataclass(frozen=True)
class StreamingProcess:
    """A running container process."""

    base: str
    process: subprocess.Popen[bytes]
    log: Path

    def health(self) -> dict[str, object]:
        """Return the health page's data."""
        answer = httpx.get(f"{self.base}/health", timeout=5).raise_for_status()
        data: dict[str, object] = answer.json()["data"]
        return data


@contextmanager
def streaming_process(
    emulator: Emulator,
    tables: TableNames,
    folder: Path,
    environment: Mapping[str, str] | None = None,
    port: int | None = None,
    module: str = "streaming",
) -> Iterator[StreamingProcess]:
    """Run the process while the context lasts; yields it once its feed can be read."""
    with started_process(emulator, tables, folder, environment, port, module) as running:
        _await_feed(running)
        yield running


@contextmanager
def started_process(
    emulator: Emulator,
    tables: TableNames,
    folder: Path,
    environment: Mapping[str, str] | None = None,
    port: int | None = None,
    module: str = "streaming",
) -> Iterator[StreamingProcess]:
    """Run the process while the context lasts; yields it at once, whatever it can do."""
    chosen = port or free_port()
    log = folder / f"streaming-{chosen}-{time.monotonic_ns()}.log"
    settings = {
        **emulator.environment(),
        **tables.environment(),
        "TFDRIFT_HOST": "127.0.0.1",
        "TFDRIFT_PORT": str(chosen),
        "TFDRIFT_POLL_SECONDS": "0.02",
        "TFDRIFT_IDLE_POLL_SECONDS": "0.05",
        "TFDRIFT_FOLLOW_SECONDS": "0.02",
        "TFDRIFT_IDLE_FOLLOW_SECONDS": "0.05",
        "TFDRIFT_LEASE_SECONDS": "2",
        "TFDRIFT_DISCOVER_SECONDS": "0.5",
        **(environment or {}),
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", module],
            cwd=_ROOT,
            env={**os.environ, **settings},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield StreamingProcess(f"http://127.0.0.1:{chosen}", process, log)
    finally:
        stop_process_group(process)


def _await_feed(running: StreamingProcess) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and running.process.poll() is None:
        try:
            feed = running.health()["feed"]
            if isinstance(feed, dict) and feed["ready"]:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"the streaming process did not become ready: {running.log.read_text()[-2000:]}")
