"""The demo as its user runs it: the whole product on the emulator, and no process left behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tfdrift.demo.emulator import free_port

pytestmark = [pytest.mark.emulator, pytest.mark.timeout(300)]

_ROOT = Path(__file__).resolve().parents[2]


def _start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tfdrift", "demo", *arguments],
        cwd=_ROOT,
        env={**os.environ, "COLUMNS": "160"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _descendants(pid: int) -> set[int]:
    """Return the processes that a process started, directly or not."""
    found: set[int] = set()
    waiting = [pid]
    while waiting:
        parent = waiting.pop()
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            children = {int(child) for child in task.read_text().split()}
            waiting.extend(children - found)
            found |= children
    return found


def _alive(pids: set[int]) -> set[int]:
    return {pid for pid in pids if Path(f"/proc/{pid}").exists()}


def test_smoke_sees_every_expected_event_and_none_other() -> None:
    run = _start("--smoke", "--port", str(free_port()))
    output, _ = run.communicate(timeout=240)

    assert run.returncode == 0, output
    assert "PASSED: " in output
    assert "0 unexpected" in output


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_ended_demo_leaves_no_process(ending: signal.Signals) -> None:
    port = free_port()
    run = _start("--port", str(port))
    deadline = time.monotonic() + 120
    while not _listening(port) and run.poll() is None and time.monotonic() < deadline:
        time.sleep(0.2)
    started = _descendants(run.pid)

    run.send_signal(ending)
    output, _ = run.communicate(timeout=60)

    assert len(started) >= 2, output
    assert _alive(started) == set(), output
    assert "Traceback" not in output


def test_a_busy_port_is_one_clear_line() -> None:
    port = free_port()
    with socket.create_server(("127.0.0.1", port)):
        run = _start("--port", str(port))
        output, _ = run.communicate(timeout=60)

    assert run.returncode == 1
    assert output.strip().splitlines() == [
        f"demo: port {port} is already in use: stop what listens there, or choose another --port"
    ]


def _listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
