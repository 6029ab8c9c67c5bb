"""What a load balancer passes on: compressed answers, tags, and a clear word where an answer is too large."""

import base64
import gzip
import json
from dataclasses import replace
from typing import Any

import pytest

from handlers.api.handler import handler
from tests.integration.handlers.conftest import World
from tests.support.lambda_events import Context, alb_request
from tests.support.samples import drift, drift_event

pytestmark = pytest.mark.emulator

HUGE = {"text": '"quoted" ' * 12_000}


@pytest.fixture
def stored(world: World) -> World:
    for n in range(30):
        each = replace(drift(f"sg-{n}"), old_value=HUGE if n < 12 else None)
        world.product.drifts.record(each, drift_event(f"d-{n}", each), expected_version=0)
    return world


def asked(path: str, query: dict[str, str] | None = None, **headers: str) -> dict[str, Any]:
    request = alb_request("GET", path, query or {})
    request["headers"] = {**request["headers"], **headers}
    return handler(request, Context())


def test_an_answer_is_compressed_where_the_client_takes_it(stored: World) -> None:
    answer = asked("/api/v1/drifts", {"limit": "5"}, **{"accept-encoding": "gzip"})

    assert answer["isBase64Encoded"] is True
    assert answer["headers"]["content-encoding"] == "gzip"
    body = json.loads(gzip.decompress(base64.b64decode(answer["body"])))
    assert len(body["data"]["items"]) == 5


def test_no_part_of_a_listing_is_larger_than_what_is_passed_on(stored: World) -> None:
    seen: list[str] = []
    query = {"limit": "1000"}
    for _ in range(30):
        answer = asked("/api/v1/drifts", query)
        assert answer["statusCode"] == 200
        assert len(json.dumps(answer)) <= 1_000_000
        part = json.loads(answer["body"])["data"]
        seen += [item["resource_id"] for item in part["items"]]
        if part["next_cursor"] is None:
            break
        query = {"limit": "1000", "cursor": part["next_cursor"]}

    assert sorted(seen) == sorted(f"sg-{n}" for n in range(30))


def test_a_single_answer_too_large_is_said_to_be_so(world: World) -> None:
    each = replace(drift("sg-large"), old_value={"text": "x" * 1_100_000})
    world.product.drifts.record(each, drift_event("large", each), expected_version=0)

    refused = asked(f"/api/v1/drifts/{each.id}")
    given = asked(f"/api/v1/drifts/{each.id}", **{"accept-encoding": "gzip"})

    assert refused["statusCode"] == 406
    assert json.loads(refused["body"])["error"]["code"] == "answer_too_large"
    assert given["statusCode"] == 200
    assert (
        len(json.loads(gzip.decompress(base64.b64decode(given["body"])))["data"]["old_value"]["text"])
        > 1_000_000
    )


def test_what_was_read_before_is_not_sent_again(stored: World) -> None:
    first = asked("/api/v1/drifts", {"limit": "2"})
    again = asked("/api/v1/drifts", {"limit": "2"}, **{"if-none-match": first["headers"]["etag"]})

    assert (again["statusCode"], again["body"]) == (304, "")
    assert again["headers"]["etag"] == first["headers"]["etag"]
    newer = replace(drift("sg-newer"), timestamp=drift().timestamp.replace(year=2026))
    stored.product.drifts.record(newer, drift_event("newer", newer), expected_version=0)
    changed = asked("/api/v1/drifts", {"limit": "2"}, **{"if-none-match": first["headers"]["etag"]})
    assert changed["statusCode"] == 200
    assert changed["headers"]["etag"] != first["headers"]["etag"]
