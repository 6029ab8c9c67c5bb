"""Closes the account of a load: each change exactly once in table, feed and client, each record counted."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from bench.deployed.calls import Effect
from bench.deployed.product import Product, gaps
from tfdrift.domain.feed_event import EventType
from tfdrift.domain.json_value import JsonObject, JsonValue

# A drift's step, by the event that caused it: its resource, its attribute, what it was and what it is.
Told = tuple[str, str, str, str, str]


def expected(effects: Mapping[str, Effect]) -> Counter[Told]:
    """Return what must be told of changes, each once."""
    return Counter(
        (event_id, e.resource_id, e.attribute, json.dumps(e.old_value), json.dumps(e.new_value))
        for event_id, e in effects.items()
    )


def told(payloads: Iterable[JsonObject]) -> Counter[Told]:
    """Return what drifts' payloads tell."""
    return Counter(_told(payload) for payload in payloads)


def _told(payload: JsonObject) -> Told:
    cause: Any = payload["cause"]
    values = (json.dumps(payload[name]) for name in ("old_value", "new_value"))
    return (cause["event_id"], str(payload["resource_id"]), str(payload["attribute"]), *values)


def told_to_client(product: Product) -> list[JsonObject]:
    """Return the payloads of the drift events that the client has, in order."""
    return [arrival.payload for arrival in product.watch.snapshot() if arrival.type == EventType.DRIFT]


def told_in_feed(product: Product) -> list[JsonObject]:
    """Return the payloads of the drift events in the feed, in order."""
    return [json.loads(entry.data) for entry in product.feed() if entry.type == EventType.DRIFT]


def compared(wanted: Counter[Told], found: Counter[Told]) -> dict[str, int]:
    """Return how many steps are missing, and how many are there that must not be, or twice."""
    return {"lost": (wanted - found).total(), "too many": (found - wanted).total()}


def wrong(product: Product, effects: Mapping[str, Effect], state_resources: int) -> dict[str, JsonValue]:
    """Return what is not as it must be, by where; nothing if all is accounted for."""
    wanted = expected(effects)
    feed = product.feed()
    arrivals = product.watch.snapshot()
    sides = {
        "table": compared(wanted, told(product.drifts())),
        "feed": compared(wanted, told(told_in_feed(product))),
        "client": compared(wanted, told(told_to_client(product))),
        "state changes": {
            "feed": sum(entry.type == EventType.STATE_CHANGE for entry in feed) - state_resources,
            "client": sum(arrival.type == EventType.STATE_CHANGE for arrival in arrivals) - state_resources,
        },
        "twice": {
            "feed": _twice(entry.event_id for entry in feed),
            "client": _twice(arrival.id for arrival in arrivals),
        },
        "gaps": {"feed": gaps(feed)},
        "dead letters": {name: product.waiting(url) for name, url in product.dead_letter_urls.items()},
    }
    return {side: dict(figures) for side, figures in sides.items() if any(figures.values())}


def _twice(names: Iterable[str]) -> int:
    counts = Counter(names)
    return counts.total() - len(counts)


def sum_of(outcomes: Iterable[JsonObject], names: Collection[str]) -> Counter[str]:
    """Return what invocations did, added up, of the named outcomes."""
    total: Counter[str] = Counter()
    for one in outcomes:
        for name, count in one.items():
            if name in names and isinstance(count, int):
                total[name] += count
    return total
