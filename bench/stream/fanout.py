"""Deliveries for a CPU second of the server: a burst to many clients, and a steady stream."""

from pathlib import Path
from statistics import median
from typing import Any

from bench.stream.process import cpu_seconds
from bench.stream.servers import Clients, Server, server

_SECONDS = 60.0
_PAGE = 20


def burst(name: str, folder: Path, clients: int, events: int, runs: int) -> dict[str, Any]:
    """Return medians over runs of one server, after one run that is not counted."""
    with server(name, folder) as target, target.load(folder) as load:
        opened = load.do("open", clients=clients, paths=[target.path])
        measured = [_burst(target, load, events) for _ in range(runs + 1)][1:]
    return {
        "clients": opened["open"],
        "deliveries_per_cpu_second": round(median(m["rate"] for m in measured)),
        "wall_seconds": median(m["seconds"] for m in measured),
        "short_or_lost": max(m["short"] for m in measured),
        "runs": [round(m["rate"]) for m in measured],
    }


def _burst(target: Server, load: Clients, events: int) -> dict[str, Any]:
    load.do("reset")
    before = cpu_seconds(target.pid)
    load.begin("wait", counts=[events], seconds=_SECONDS)
    target.feed("burst", events=events, page=_PAGE)
    seen = load.result()
    spent = cpu_seconds(target.pid) - before
    short = seen["not_the_count"] + seen["lost"] + seen["gaps"]
    return {"rate": seen["deliveries"] / spent, "seconds": seen["seconds"], "short": short}


def steady(
    name: str, folder: Path, clients: int, rate: int, seconds: float, settings: dict[str, str] | None = None
) -> dict[str, Any]:
    """Return what a server uses for so many events a second, and when they arrive."""
    with server(name, folder, settings) as target, target.load(folder) as load:
        load.do("open", clients=clients, paths=[target.path])
        load.begin("wait", counts=[rate], seconds=_SECONDS)
        target.feed("steady", rate=rate, seconds=1)
        load.result()
        load.do("reset")
        before = cpu_seconds(target.pid)
        load.begin("wait", counts=[int(rate * seconds)], seconds=_SECONDS)
        target.feed("steady", rate=rate, seconds=seconds)
        seen = load.result()
        spent = cpu_seconds(target.pid) - before
    return {
        "clients": clients,
        "cpu_share_percent": round(100 * spent / seen["seconds"], 1),
        "deliveries_per_cpu_second": round(seen["deliveries"] / spent),
        "latency_ms": seen["latency_ms"],
        "short_or_lost": seen["not_the_count"] + seen["lost"] + seen["gaps"],
    }
