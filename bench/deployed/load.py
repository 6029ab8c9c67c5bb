"""One load: a trail is handed in as fast as the doors take it, and in the end all of it is accounted for."""

import os
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.corpus import write_state
from bench.deployed.accounts import sum_of, told_to_client, wrong
from bench.deployed.calls import Effect, resized, written
from bench.deployed.product import Product, running_product
from bench.deployed.trail import (
    Deliveries,
    Trail,
    counted,
    deliver,
    make_trail,
    recorded_reads,
)
from bench.deployed.yardsticks import idle_function, stored
from bench.waiting import wait_until
from tfdrift.domain.json_value import JsonObject

RECORDS, RECORDS_A_FILE, RESOURCES = 20_000, 100, 4_000
LONE_CALLS, LONE_SECONDS = 200, 0.1
STORED = 2_000
SEED = 20
_STATE_KEY = "production/terraform.tfstate"
_SECONDS_A_RECORD = 0.05
_LEAST_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Size:
    """How big a load is: records in the log files, resources in the state, calls handed in one by one."""

    records: int
    resources: int
    lone_calls: int


def measure(folder: Path) -> dict[str, Any]:
    """Return the figures of the whole load and of its yardsticks."""
    with running_product(folder) as product:
        return load(product, folder, Size(RECORDS, RESOURCES, LONE_CALLS), recorded_reads(), yardsticks=True)


def load(
    product: Product, folder: Path, size: Size, reads: Sequence[JsonObject], *, yardsticks: bool = False
) -> dict[str, Any]:
    """Hand in a load, return its figures; ``wrong`` and ``uncounted`` are empty if all is accounted for."""
    busy = os.getloadavg()[0]
    trail = make_trail(size.records, SEED, reads)
    deliveries = deliver(trail, RECORDS_A_FILE, SEED + 1)
    changed = size.records // 100 + 1
    assert 8 * (changed + size.lone_calls) <= size.resources, "each change needs a resource"
    state_seconds = _index(product, folder, size.resources)
    handed_in, seconds = _hand_in(product, deliveries, trail)
    waits = _waits(product, handed_in)
    lone = _lone_calls(product, size.lone_calls, first=changed)
    effects = {**trail.effects, **lone.effects}
    counts = counted(deliveries, trail) + Counter(findings=size.lone_calls)
    figures = {
        "load_before": round(busy, 1),
        "records": len(trail.records),
        "handed_in": len(deliveries.records),
        "log_files": len(deliveries.files),
        "events_on_the_bus": len(deliveries.events),
        "changes": len(trail.effects),
        "resources": size.resources,
        "seconds_to_index_the_state": round(state_seconds, 1),
        "seconds": round(seconds, 1),
        "records_a_second": round(len(deliveries.records) / seconds, 1),
        "backlog_ms": _percentiles(waits),
        "lone_calls": size.lone_calls,
        "lone_ms": _percentiles(lone.waits),
        "counted": dict(sorted(counts.items())),
        "uncounted": _uncounted(product, counts),
        "wrong": wrong(product, effects, size.resources),
    }
    if yardsticks:
        idle = idle_function(product, deliveries)
        put = stored(product, deliveries.records[:STORED]) * len(deliveries.records) / STORED
        figures["yardsticks"] = {
            "idle_function": {"seconds": round(idle, 1), "times": round(seconds / idle, 2)},
            "one_put_a_record": {"seconds": round(put, 1), "times": round(seconds / put, 2)},
        }
    return figures


def _index(product: Product, folder: Path, resources: int) -> float:
    """Upload the state and return the seconds until the client knows of each resource."""
    file = folder / "load.tfstate"
    write_state(file, resources, related=False)
    before = len(product.watch.snapshot())
    began = time.monotonic()
    product.put_state(_STATE_KEY, file.read_bytes())
    _await_arrivals(product, before + resources, resources)
    seconds = time.monotonic() - began
    # The state is told of before it is looked at; until then its resources are nobody's.
    _await_drained(product, resources)
    return seconds


def _hand_in(product: Product, deliveries: Deliveries, trail: Trail) -> tuple[dict[str, float], float]:
    """Hand everything in; return when each change was first, and the seconds until all is done with."""
    before = len(product.watch.snapshot())
    handed_in: dict[str, float] = {}
    share = -(-len(deliveries.events) // len(deliveries.files))
    began = time.monotonic()
    for number, file in enumerate(deliveries.files):
        events = deliveries.events[number * share : (number + 1) * share]
        for record in (*file, *events):
            handed_in.setdefault(str(record["eventID"]), time.monotonic())
        product.put_log_file(f"load-{number:05}", file)
        product.put_events(events)
    _await_arrivals(product, before + len(trail.effects), len(deliveries.records))
    _await_drained(product, len(deliveries.records))
    return handed_in, time.monotonic() - began


def _await_arrivals(product: Product, count: int, work: int) -> None:
    allowed = _LEAST_SECONDS + work * _SECONDS_A_RECORD
    wait_until(
        lambda: len(product.watch.snapshot()) >= count,
        allowed,
        lambda: f"{len(product.watch.snapshot())} of {count} events at the client",
    )


def _await_drained(product: Product, work: int) -> None:
    deployment = product.deployment
    queues = (deployment.cloudtrail_queue_url, deployment.log_file_queue_url, deployment.state_queue_url)
    wait_until(
        lambda: not any(product.waiting(queue) for queue in queues),
        _LEAST_SECONDS + work * _SECONDS_A_RECORD,
        lambda: [product.waiting(queue) for queue in queues],
    )


def _waits(product: Product, handed_in: dict[str, float]) -> list[float]:
    """Return the seconds from the first hand-in of each change until the client had its event."""
    return [
        arrival.at - handed_in[event_id]
        for arrival in product.watch.snapshot()
        if (event_id := _cause(arrival.payload)) in handed_in
    ]


def _cause(payload: JsonObject) -> str | None:
    cause = payload.get("cause")
    return str(cause["event_id"]) if isinstance(cause, dict) else None


@dataclass(frozen=True, slots=True)
class _Lone:
    effects: dict[str, Effect]
    waits: list[float]


def _lone_calls(product: Product, count: int, first: int) -> _Lone:
    """Hand in one change after the other on the bus, at a pace that leaves no backlog."""
    before = len(told_to_client(product))
    effects: dict[str, Effect] = {}
    handed_in: dict[str, float] = {}
    due = time.monotonic()
    for number in range(count):
        due += LONE_SECONDS
        time.sleep(max(0.0, due - time.monotonic()))
        event_id = uuid.uuid4()
        made = resized(first + number, "c7g.large")
        effects[str(event_id)] = made.effect
        handed_in[str(event_id)] = time.monotonic()
        product.put_events([written(made.call, event_id, datetime.now(UTC))])
    wait_until(
        lambda: len(told_to_client(product)) >= before + count,
        _LEAST_SECONDS,
        lambda: f"{len(told_to_client(product)) - before} of {count} lone events at the client",
    )
    _await_drained(product, count)
    return _Lone(effects, _waits(product, handed_in))


def _percentiles(seconds: list[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    if not ordered:
        return {}
    return {
        f"p{share}": round(1000 * ordered[min(len(ordered) - 1, len(ordered) * share // 100)], 1)
        for share in (50, 99)
    }


def _uncounted(product: Product, wanted: Counter[str]) -> dict[str, int]:
    """Return by how many records the functions' own counts differ from what was handed in."""
    deployment = product.deployment
    found = sum_of(
        product.outcomes(deployment.cloudtrail_function, deployment.log_files_function),
        {*wanted, "broken", "ignored", "terraform", "not_a_change"},
    )
    differences = {name: found[name] - wanted[name] for name in {*wanted, *found}}
    return {name: count for name, count in sorted(differences.items()) if count}
