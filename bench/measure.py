"""Measures CPU time and memory; every figure is of a process of its own, so that none warms up another's."""

import gc
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

Result = TypeVar("Result")

_PAGE = resource.getpagesize()
_KIB = 1024


def cpu_seconds(work: Callable[[], Result]) -> tuple[float, Result]:
    """Return the process CPU seconds that the work took, and what it returned.

    CPU time and not the clock's: other programs on the machine then make less of a difference.
    """
    gc.collect()
    started = time.process_time()
    result = work()
    return time.process_time() - started, result


def resident_bytes() -> int:
    """Return how much memory the process holds now."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * _PAGE


def peak_bytes() -> int:
    """Return the most memory that the process ever held.

    Linux hands `ru_maxrss` of the parent on to a new process; the high-water mark of its own starts anew.
    """
    status = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) * _KIB for line in status if line.startswith("VmHWM:"))


def in_own_process(module: str, *args: str) -> dict[str, Any]:
    """Run `python -m module args` and return the JSON object that it prints."""
    done = subprocess.run(
        [sys.executable, "-m", module, *args], check=True, stdout=subprocess.PIPE, text=True
    )
    return dict(json.loads(done.stdout))
