"""Memory of the server for each client, from a hundred clients to thousands, and after they have left."""

import time
from itertools import pairwise
from pathlib import Path
from typing import Any

from bench.stream.process import resident_kib
from bench.stream.servers import Clients, Server, server

SIZES = (100, 500, 1_000, 2_000, 5_000)
_EVENTS = 20
_REST_SECONDS = 2.0


def growth(name: str, folder: Path, sizes: tuple[int, ...] = SIZES) -> dict[str, Any]:
    """Return the resident memory at each number of clients; all have received events and are idle then."""
    with server(name, folder) as target, target.load(folder) as load:
        points = [(0, _rested(target))]
        for size in sizes:
            load.do("open", clients=size - points[-1][0], paths=[target.path])
            _deliver(target, load)
            points.append((size, _rested(target)))
        load.do("close")
        left = _rested(target)
    (few, at_few), (many, at_many) = points[1], points[-1]
    return {
        "resident_kib": dict(points),
        "kib_a_client": round((at_many - at_few) / (many - few), 2),
        "kib_a_client_by_step": _steps(points[1:]),
        "resident_kib_after_all_left": left,
    }


def _steps(points: list[tuple[int, int]]) -> list[float]:
    return [round((high - low) / (many - few), 2) for (few, low), (many, high) in pairwise(points)]


def _deliver(target: Server, load: Clients) -> None:
    load.do("reset")
    load.begin("wait", counts=[_EVENTS], seconds=60.0)
    target.feed("burst", events=_EVENTS, page=_EVENTS)
    load.result()


def _rested(target: Server) -> int:
    time.sleep(_REST_SECONDS)
    return resident_kib(target.pid)
