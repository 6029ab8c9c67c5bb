"""Measures the stream and returns the figures: `python -m bench stream [PART …]` prints them as JSON."""

import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench.stream.fanout import burst, steady
from bench.stream.filters import mixed
from bench.stream.isolation import isolation
from bench.stream.memory import growth
from bench.stream.process import raise_file_limit
from bench.stream.servers import NCHAN, QUEUES, TFDRIFT
from bench.stream.whole_path import whole_path

RUNS = 3
# The first yardstick takes so long for a delivery that a fifth of the events says as much.
EVENTS = {QUEUES: 40, NCHAN: 200, TFDRIFT: 200}
_ALL = (QUEUES, NCHAN, TFDRIFT)


def measure(parts: Sequence[str], folder: Path) -> dict[str, Any]:
    """Return the figures of the named parts, or of all; raises KeyError for an unknown part.

    Raises RuntimeError where nginx with nchan is not installed.
    """
    if shutil.which("nginx") is None:
        raise RuntimeError("nginx with nchan is not installed: run tools/bench-setup.sh")
    raise_file_limit()
    return {
        name: {"load_before": round(os.getloadavg()[0], 1), **_PARTS[name](folder)}
        for name in parts or tuple(_PARTS)
    }


def _bursts(folder: Path, clients: int) -> dict[str, Any]:
    """Return one burst after the other, so that all meet the same minute."""
    return _compared({name: burst(name, folder, clients, EVENTS[name], RUNS) for name in _ALL})


def _steadies(folder: Path) -> dict[str, Any]:
    """Return medians of rounds in which the servers take turns."""
    rounds = [{name: steady(name, folder, 500, 100, 10.0) for name in _ALL} for _ in range(RUNS)]
    middle = {
        name: sorted((one[name] for one in rounds), key=lambda m: float(m["deliveries_per_cpu_second"]))[
            RUNS // 2
        ]
        for name in _ALL
    }
    return _compared(middle)


def _compared(figures: dict[str, Any]) -> dict[str, Any]:
    ours = figures[TFDRIFT]["deliveries_per_cpu_second"]
    times = {name: round(ours / figures[name]["deliveries_per_cpu_second"], 2) for name in (NCHAN, QUEUES)}
    return {**figures, "times": times}


def _memory(folder: Path) -> dict[str, Any]:
    return {name: growth(name, folder) for name in _ALL}


_PARTS: dict[str, Callable[[Path], dict[str, Any]]] = {
    "burst_500": lambda folder: _bursts(folder, 500),
    "burst_2000": lambda folder: _bursts(folder, 2_000),
    "steady": _steadies,
    "memory": _memory,
    "filters": lambda folder: mixed(folder, clients=500, rate=100, seconds=8),
    "isolation": lambda folder: isolation(folder, RUNS),
    "whole_path": lambda folder: whole_path(folder, clients=200, rate=20, events=400, lone=10),
}
