"""Runs the streaming container's app as a process of this machine, as Fargate would run the image."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tfdrift.demo.emulator import stop_process_group

_START_SECONDS = 30.0
_PROJECT_ROOT = Path(__file__).resolve().parents[2]


class AppError(Exception):
    """The app's port is taken, or the app did not become healthy."""


def require_free_port(port: int) -> None:
    """Raise AppError with what to do if something listens on that loopback port."""
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise AppError(
                f"port {port} is already in use: stop what listens there, or choose another --port"
            )


@contextmanager
def running_app(port: int, environment: Mapping[str, str], log: Path) -> Iterator[str]:
    """Run ``python -m streaming`` while the context lasts; yields its URL once it is healthy.

    Raises
    ------
    AppError
        If the port is taken or the health page does not answer within 30 seconds.
    """
    require_free_port(port)
    url = f"http://localhost:{port}"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "streaming"],
            cwd=_PROJECT_ROOT,
            env={**os.environ, **environment, "TFDRIFT_HOST": "127.0.0.1", "TFDRIFT_PORT": str(port)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _await_healthy(f"http://127.0.0.1:{port}/health", process, log)
        yield url
    finally:
        stop_process_group(process)


def _await_healthy(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - a loopback address built here
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    tail = log.read_text(errors="replace")[-800:]
    raise AppError(f"the streaming app did not become healthy: {tail}")
