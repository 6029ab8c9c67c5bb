"""Log lines: one JSON object each, with the fields that a caller gives and nothing that breaks the line."""

import json
import logging

from streaming.backoff import Backoff
from streaming.log import JsonFormatter


def line(**extra: object) -> str:
    record = logging.makeLogRecord(
        {"msg": "Broadcasting %s", "args": ("drift",), "levelname": "INFO", "name": "hub", **extra}
    )
    return JsonFormatter().format(record)


def test_a_line_is_one_json_object_with_its_extra_fields() -> None:
    entry = json.loads(line(clients=3, event_type="drift"))

    assert entry["message"] == "Broadcasting drift"
    assert (entry["level"], entry["clients"], entry["event_type"]) == ("INFO", 3, "drift")
    assert entry["timestamp"].endswith("Z")


def test_values_of_any_kind_stay_within_the_line() -> None:
    text = line(reason="a\nb", what={1, 2}, error=ValueError("x"))

    assert "\n" not in text
    assert json.loads(text)["reason"] == "a\nb"


def test_an_exception_is_a_field() -> None:
    text = line(exc_info=(ValueError, ValueError("what happened"), None))

    assert "what happened" in json.loads(text)["exception"]


def test_waits_grow_up_to_their_bound_and_begin_again() -> None:
    backoff = Backoff(1.0, 4.0)

    waits = [backoff.next() for _ in range(10)]

    bounds = [1.0, 2.0, *[4.0] * 8]
    assert all(bound / 10 <= wait <= bound for wait, bound in zip(waits, bounds, strict=True))
    backoff.reset()
    assert backoff.next() <= 1.0
