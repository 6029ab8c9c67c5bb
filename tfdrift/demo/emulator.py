"""Starts the AWS emulator on loopback, in its own environment and process group, and ends it again."""

import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

_PROJECT_ROOT = Path(__file__).resolve().parents[2]
_START_SECONDS = 30.0
_STOP_SECONDS = 10.0
REGION = "us-east-1"


class EmulatorError(Exception):
    """The emulator is missing, its port is taken, or it did not become ready."""


@dataclass(frozen=True, slots=True)
class Emulator:
    """A running emulator: where it answers, and the process that serves it."""

    endpoint: str
    process: subprocess.Popen[bytes]
    log: Path

    def client(self, service: str, region: str = REGION, account_id: str | None = None) -> Any:  # noqa: ANN401 - boto3 makes each service's client at run time
        """Return the boto3 client of a service, pointed at the emulator.

        `account_id` is another account's than the emulator's own, which is told by the key.
        """
        session = boto3.Session(
            aws_access_key_id=account_id or "test",
            aws_secret_access_key="test",  # noqa: S106 - the emulator takes any key
            region_name=region,
        )
        return session.client(service, endpoint_url=self.endpoint)  # type: ignore[call-overload]

    def environment(self, region: str = REGION) -> dict[str, str]:
        """Return the variables that point any AWS SDK at the emulator."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
        }


def free_port() -> int:
    """Return a loopback port that is free at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _executable() -> Path:
    """Return the emulator's program; raises EmulatorError if it is not installed."""
    configured = os.environ.get("TFDRIFT_EMULATOR")
    path = Path(configured) if configured else _PROJECT_ROOT / "tools/emulator/.venv/bin/ministack"
    if not path.exists():
        raise EmulatorError(f"the AWS emulator is not installed at {path}: run 'make setup'")
    return path


@contextmanager
def running_emulator(folder: Path, port: int | None = None, *, persist: bool = False) -> Iterator[Emulator]:
    """Run the emulator while the context lasts; `folder` takes its state and its log.

    With `persist` what is in it when it is stopped is there again when it is started in the same folder, but
    for the records of the tables' streams.

    Raises
    ------
    EmulatorError
        If it is not installed, the port is taken, or it is not ready within 30 seconds.
    """
    chosen = port or free_port()
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", chosen)) == 0:
            raise EmulatorError(f"port {chosen} is already in use: stop what listens there")
    # It unpacks each function's code anew for each of its processes, and leaves that behind when it is ended.
    unpacked = folder / "unpacked"
    unpacked.mkdir(parents=True, exist_ok=True)
    log = folder / "emulator.log"
    environment = {
        **os.environ,
        "GATEWAY_PORT": str(chosen),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "localhost",
        "LAMBDA_EXECUTOR": "local",
        "PERSIST_STATE": str(int(persist)),
        "S3_PERSIST": str(int(persist)),
        "STATE_DIR": str(folder / "state"),
        "S3_DATA_DIR": str(folder / "s3"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "TMPDIR": str(unpacked),
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(_executable())],
            env=environment,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    emulator = Emulator(f"http://127.0.0.1:{chosen}", process, log)
    try:
        _await_ready(emulator)
        yield emulator
    finally:
        stop_process_group(process)
        shutil.rmtree(unpacked)


def _await_ready(emulator: Emulator) -> None:
    """Return once the health page answers."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if emulator.process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{emulator.endpoint}/_ministack/health", timeout=1) as answer:  # noqa: S310 - a loopback address built here
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    tail = emulator.log.read_text(errors="replace")[-500:]
    raise EmulatorError(f"the AWS emulator did not become ready: {tail}")


def stop_process_group(process: subprocess.Popen[bytes]) -> None:
    """End a process and all it started: SIGTERM, ten seconds, SIGKILL."""
    for wanted in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, wanted)
        except ProcessLookupError:
            break
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            continue
    process.wait()
