"""The streaming app as its own process on the emulator, which a test may kill and start again."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from tests.support.tables import create_tables, delete_tables
from tfdrift.adapters.drift_repository import DynamoDriftRepository
from tfdrift.adapters.dynamodb import Table
from tfdrift.adapters.event_log import DynamoEventLog
from tfdrift.adapters.state_index import DynamoStateIndex
from tfdrift.demo.emulator import Emulator, free_port, stop_process_group
from tfdrift.domain.actor import Actor, principal_of
from tfdrift.domain.drift import DriftRecord
from tfdrift.domain.drift_json import drift_to_json
from tfdrift.domain.feed_event import EventType, FeedEvent

_ROOT = Path(__file__).resolve().parents[2]
_START_SECONDS = 60.0
_RETENTION = timedelta(days=90)


@dataclass(slots=True)
class Stack:
    """A running app, its tables, and the ways to put something into them."""

    environment: Mapping[str, str]
    drifts: DynamoDriftRepository
    events: DynamoEventLog
    states: DynamoStateIndex
    log: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def origin(self) -> str:
        """Where the app answers."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start the app and wait until it is healthy."""
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "streaming"],
                cwd=_ROOT,
                env={**os.environ, **self.environment, "TFDRIFT_PORT": str(self.port)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.origin}/health", timeout=2):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise AssertionError(f"the app did not become healthy: {self.log.read_text()[-2000:]}")

    def kill(self) -> None:
        """End the app as a crash would: SIGKILL, no goodbye."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None

    def stop(self) -> None:
        """End the app if it runs."""
        if self.process is not None:
            stop_process_group(self.process)
            self.process = None

    def record(self, drift: DriftRecord, transition: str = "opened") -> None:
        """Store a drift and the event that tells of it, as the ingesting functions do."""
        known = self.drifts.get(drift.id)
        version = known.version if known else 0
        event = FeedEvent(
            event_id=f"drift:{drift.id}:{version}",
            type=EventType.DRIFT,
            timestamp=drift.timestamp,
            payload={**drift_to_json(drift), "transition": transition},
            severity=drift.severity.value,
            resource_type=drift.resource_type,
            account_id=drift.account_id,
            region=drift.region,
            resource_id=drift.resource_id,
            actor=_caller(drift),
        )
        assert self.drifts.record(drift, event, expected_version=version)


def _caller(drift: DriftRecord) -> Actor | None:
    identity = drift.user_identity
    principal = principal_of(identity, drift.account_id)
    if principal is None:
        return None
    return Actor(
        principal,
        identity.user_name,
        identity.session_name,
        identity.account_id,
        drift.origin.kind,
        drift.source_ip,
    )


@contextmanager
def running_stack(emulator: Emulator, dashboard: Path, folder: Path) -> Iterator[Stack]:
    """Run the app while the context lasts, on tables that are deleted afterwards."""
    dynamodb = emulator.client("dynamodb")
    names = create_tables(dynamodb)
    table = Table(dynamodb, names.events)
    stack = Stack(
        environment={
            **emulator.environment(),
            **names.environment(),
            "TFDRIFT_HOST": "127.0.0.1",
            "TFDRIFT_DASHBOARD_DIR": str(dashboard),
            "TFDRIFT_FINGERPRINT_KEY": "tests",
        },
        drifts=DynamoDriftRepository(table, _RETENTION),
        events=DynamoEventLog(table, _RETENTION),
        states=DynamoStateIndex(Table(dynamodb, names.state)),
        log=folder / "app.log",
    )
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()
        delete_tables(dynamodb, names)
