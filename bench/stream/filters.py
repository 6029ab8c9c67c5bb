"""Clients with different filters: each must get its own part of the events, at what cost and when."""

from pathlib import Path
from typing import Any

from bench.stream.event import RESOURCE_TYPES, SEVERITIES
from bench.stream.process import cpu_seconds
from bench.stream.servers import TFDRIFT, server

# The shares of events that pass, as one of so many; 16 events in a row hold every combination once.
_QUERIES = {
    "": 1,
    **{f"?severity={value}": 4 for value in SEVERITIES},
    **{f"?resource_type={value}": 4 for value in RESOURCE_TYPES},
    **{f"?severity={s}&resource_type={t}": 16 for s in SEVERITIES for t in RESOURCE_TYPES},
    "?types=drift": 1,
    "?types=falco": 0,
}


def mixed(folder: Path, clients: int, rate: int, seconds: int) -> dict[str, Any]:
    """Return cost and latencies with all those filters among the clients; whole multiples of 16 events."""
    events = rate * seconds - rate * seconds % 16
    with server(TFDRIFT, folder) as target, target.load(folder) as load:
        load.do("open", clients=clients, paths=[target.path + query for query in _QUERIES])
        before = cpu_seconds(target.pid)
        counts = [events // share if share else 0 for share in _QUERIES.values()]
        load.begin("wait", counts=counts, seconds=60.0)
        target.feed("steady", rate=rate, seconds=events / rate)
        seen = load.result()
        spent = cpu_seconds(target.pid) - before
    return {
        "filters": len(_QUERIES),
        "clients": clients,
        "deliveries_per_cpu_second": round(seen["deliveries"] / spent),
        "cpu_share_percent": round(100 * spent / seen["seconds"], 1),
        "latency_ms": seen["latency_ms"],
        "clients_with_another_count": seen["not_the_count"] + seen["lost"],
    }
