"""Starts the processes of a measurement, and reads what one of them used from the kernel."""

import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_STOP_SECONDS = 10.0


def cpu_seconds(pid: int) -> float:
    """Return the CPU seconds that a process, all its threads together, has used so far.

    `/proc/PID/stat` says the same in hundredths of a second; the kernel's clock of the process, whose number
    is made of the pid (clock_gettime(2)), says it in nanoseconds.
    """
    return time.clock_gettime((~pid << 3) | 2)


def resident_kib(pid: int) -> int:
    """Return the memory that a process holds, in KiB, without the kernel's part (its sockets' buffers)."""
    return _field(pid, "smaps_rollup", "Rss:")


def private_kib(pid: int) -> int:
    """Return how much of that no other process shares."""
    return _field(pid, "smaps_rollup", "Private_Dirty:") + _field(pid, "smaps_rollup", "Private_Clean:")


def _field(pid: int, file: str, name: str) -> int:
    lines = Path(f"/proc/{pid}/{file}").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))


def child_of(pid: int) -> int:
    """Return the one child of a process; raises ValueError if there is none or more."""
    (child,) = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    return int(child)


def raise_file_limit() -> None:
    """Let this process and its children open as many files as they may: a client is a file."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


@contextmanager
def running(
    command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None, *, answers: bool = True
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a process while the context lasts; orders go to its stdin, answers come from its stdout."""
    with log.open("wb") as errors:
        process = subprocess.Popen(
            list(command),
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE if answers else errors,
            stderr=errors,
        )
    try:
        yield process
    finally:
        stop(process)


def python(module: str, *args: str) -> list[str]:
    """Return the command that runs a module with this interpreter."""
    return [sys.executable, "-m", module, *args]


def stop(process: subprocess.Popen[bytes]) -> None:
    """End the process: SIGTERM, ten seconds, SIGKILL."""
    for wanted in (signal.SIGTERM, signal.SIGKILL):
        process.send_signal(wanted)
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        break
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
