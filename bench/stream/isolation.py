"""What clients notice of others: of one that stops reading, of thousands that idle, of a reconnect storm."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from bench.stream.process import resident_kib
from bench.stream.servers import TFDRIFT, Clients, Server, server

_OBSERVERS = 100
_RATE = 20
_SECONDS = 6.0
_STORM = 2_000
_IDLE = 5_000
_STALLED = 20
_NOTHING = "?types=falco"

_Act = Callable[[Server, Clients], Any]


@dataclass(frozen=True, slots=True)
class _Scene:
    """What the crowd does before the quiet look, between the looks, and during the second, disturbed one."""

    before: _Act | None = None
    between: _Act | None = None
    during: _Act | None = None
    rate: int = _RATE


def isolation(folder: Path, runs: int) -> dict[str, Any]:
    """Return the observers' latencies without and with each disturbance, and memory before and after."""
    return {name: _compared(folder, runs, scene) for name, scene in _SCENES.items()}


def _compared(folder: Path, runs: int, scene: _Scene) -> dict[str, Any]:
    with server(TFDRIFT, folder) as target, target.load(folder) as observers, target.load(folder) as crowd:
        observers.do("open", clients=_OBSERVERS, paths=[target.path])
        _observe(target, observers, crowd, None, scene.rate)
        memory = [_rested(target)]
        rounds = []
        for _ in range(runs):
            rounds.append(_round(target, observers, crowd, scene))
            memory.append(_rested(target))
    return {
        **{name: _times(rounds, name) for name in ("p50", "p99", "max")},
        "observers_short_or_lost": sum(
            look["not_the_count"] + look["lost"] + look["gaps"] for looks in rounds for look in looks
        ),
        "disturbance": rounds[-1][1]["disturbance"],
        "resident_kib_before_and_after_each": memory,
    }


def _round(target: Server, observers: Clients, crowd: Clients, scene: _Scene) -> tuple[Any, Any]:
    if scene.before is not None:
        scene.before(target, crowd)
    quiet = _observe(target, observers, crowd, None, scene.rate)
    if scene.between is not None:
        scene.between(target, crowd)
    loud = _observe(target, observers, crowd, scene.during, scene.rate)
    crowd.do("close")
    return quiet, loud


def _times(rounds: list[tuple[Any, Any]], name: str) -> dict[str, float]:
    pairs = [(quiet["latency_ms"][name], loud["latency_ms"][name]) for quiet, loud in rounds]
    return {
        "quiet_ms": round(median(quiet for quiet, _ in pairs), 2),
        "disturbed_ms": round(median(loud for _, loud in pairs), 2),
        "times": round(median(loud / quiet for quiet, loud in pairs), 2),
    }


def _observe(
    target: Server, observers: Clients, crowd: Clients, disturb: _Act | None, rate: int
) -> dict[str, Any]:
    """Return what the observers see of a steady stream during which, after a second, something happens."""
    observers.do("reset")
    observers.begin("wait", counts=[int(rate * _SECONDS)], seconds=60.0)
    feed = threading.Thread(target=target.feed, args=("steady",), kwargs={"rate": rate, "seconds": _SECONDS})
    feed.start()
    time.sleep(1.0)
    happened = disturb(target, crowd) if disturb is not None else None
    feed.join()
    return {**observers.result(), "disturbance": happened}


def _rested(target: Server) -> int:
    time.sleep(2.0)
    return resident_kib(target.pid)


_SCENES = {
    "stalled": _Scene(
        before=lambda target, crowd: crowd.do("open", clients=_STALLED, paths=[target.path]),
        during=lambda _, crowd: crowd.do("hold"),
        # Enough bytes that the kernel's buffers do not take them all.
        rate=500,
    ),
    "idle": _Scene(
        between=lambda target, crowd: crowd.do("open", clients=_IDLE, paths=[target.path + _NOTHING]),
    ),
    "storm": _Scene(
        before=lambda target, crowd: crowd.do("open", clients=_STORM, paths=[target.path]),
        during=lambda target, crowd: crowd.do("reopen", path=target.path),
    ),
}
