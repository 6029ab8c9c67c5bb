"""REST: drifts and events, their filters, paging, and what a faulty question is answered."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.integration.rest.answers import data, error
from tests.integration.rest.conftest import Stored
from tests.support.samples import NOON, drift, drift_event
from tfdrift.domain.drift import DriftStatus, Severity
from tfdrift.domain.drift_json import drift_detail_to_json
from tfdrift.domain.feed_event import EventType, FeedEvent
from tfdrift.rest.envelope import Listing, Success
from tfdrift.rest.models import DriftModel, EventModel

pytestmark = pytest.mark.emulator


@pytest.fixture(autouse=True)
def _fill(stored: Stored, filled: set[str]) -> None:
    if filled:
        return
    filled.add("done")
    for n in range(5):
        each = drift(f"sg-{n}", timestamp=NOON + timedelta(seconds=n))
        stored.drifts.record(each, drift_event(f"drift-{n}", each), expected_version=0)
    lambda_drift = drift(
        "fn", "memory_size", resource_type="aws_lambda_function", severity=Severity.LOW,
        status=DriftStatus.ACKNOWLEDGED, timestamp=NOON - timedelta(days=1), old_value=128,
        new_value=1736935200123456789,
    )  # fmt: skip
    stored.drifts.record(lambda_drift, drift_event("drift-fn", lambda_drift), expected_version=0)
    stored.events.append(
        FeedEvent(
            event_id="state:bucket/key with/slash?#4",
            type=EventType.STATE_CHANGE,
            timestamp=NOON,
            payload={"resource": "aws_instance.x", "action": "modified", "serial": 4},
            resource_type="aws_instance",
        )
    )


def ids(listing: Any) -> list[str]:
    return [item["resource_id"] for item in listing["items"]]


def test_drifts_are_listed_newest_first_a_page_at_a_time(client: httpx.Client) -> None:
    first = data(client.get("/api/v1/drifts", params={"limit": 4}))
    second = data(client.get("/api/v1/drifts", params={"limit": 4, "page": 2}))
    beyond = data(client.get("/api/v1/drifts", params={"limit": 4, "page": 9}))

    assert (first["total"], first["page"], first["limit"]) == (6, 1, 4)
    assert ids(first) == ["sg-4", "sg-3", "sg-2", "sg-1"]
    assert ids(second) == ["sg-0", "fn"]
    assert (beyond["items"], beyond["total"]) == ([], 6)


def test_cursors_lead_through_the_whole_listing_while_more_is_stored(
    client: httpx.Client, stored: Stored
) -> None:
    path, cursor, seen = "/api/v1/events", None, []
    for n in range(20):
        asked = {"limit": 2, "resource_type": "aws_security_group", **({"cursor": cursor} if cursor else {})}
        part = data(client.get(path, params=asked))
        seen += [item["event_id"] for item in part["items"]]
        cursor = part["next_cursor"]
        assert (part["page"], part["total"]) == ((1, 5) if n == 0 else (None, None))
        if cursor is None:
            break
        stored.events.append(
            FeedEvent(f"later-{n}", EventType.FALCO, NOON + timedelta(hours=1, seconds=n), {"rule": "r"})
        )

    assert seen == [f"drift-{n}" for n in (4, 3, 2, 1, 0)]


@pytest.mark.parametrize(
    "cursor",
    ["x", "%20%20a", "WyJ4Il0", "bnVsbA", "ü", "A" * 5000, "WyJhIiwgMV0", "WzEsIFtdXQ", "W1tbW1tb"],
)
@pytest.mark.parametrize(
    "path", ["drifts", "events", "unmanaged", "ignored", "state", "state/resources", "providers"]
)
def test_what_is_no_cursor_is_refused(client: httpx.Client, path: str, cursor: str) -> None:
    assert error(client.get(f"/api/v1/{path}?cursor={cursor}")) == (400, "invalid_cursor")


def test_a_cursor_fits_to_its_own_question_alone(client: httpx.Client) -> None:
    cursor = data(client.get("/api/v1/drifts?limit=1"))["next_cursor"]

    assert error(client.get(f"/api/v1/drifts?limit=1&severity=low&cursor={cursor}")) == (
        400,
        "invalid_cursor",
    )
    assert error(client.get(f"/api/v1/events?limit=1&cursor={cursor}")) == (400, "invalid_cursor")
    assert error(client.get(f"/api/v1/drifts?limit=1&page=2&cursor={cursor}")) == (400, "invalid_cursor")
    assert len(data(client.get(f"/api/v1/drifts?limit=3&cursor={cursor}"))["items"]) == 3


def test_numbered_pages_end_where_only_a_cursor_is_quick(client: httpx.Client) -> None:
    assert data(client.get("/api/v1/drifts?limit=1000&page=10"))["items"] == []
    assert error(client.get("/api/v1/drifts?limit=1000&page=11")) == (400, "invalid_page")


def test_a_drift_is_answered_in_the_documented_shape(client: httpx.Client) -> None:
    answer = client.get("/api/v1/drifts", params={"resource_type": "aws_lambda_function"})

    [item] = data(answer)["items"]
    Success[Listing[DriftModel]].model_validate(answer.json(), strict=True)
    assert list(item)[:7] == [
        "severity", "resource_type", "resource_id", "old_value", "new_value", "user_identity", "timestamp",
    ]  # fmt: skip
    assert item["new_value"] == 1736935200123456789
    assert data(client.get(f"/api/v1/drifts/{item['id']}")).items() >= {**item, "history": []}.items()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("severity=low", ["fn"]),
        ("severity=low,critical&limit=2", ["sg-4", "sg-3"]),
        ("severity=low&severity=high", ["fn"]),
        ("status=acknowledged", ["fn"]),
        ("status=resolved", []),
        ("provider=aws&status=acknowledged", ["fn"]),
        ("provider=google", []),
        ("account_id=111122223333&status=acknowledged", ["fn"]),
        ("since=2025-01-15T12:00:03Z", ["sg-4", "sg-3"]),
        ("since=2025-01-15T14:00:03%2B02:00", ["sg-4", "sg-3"]),
        ("since=2025-01-15T14:00:03+02:00", ["sg-4", "sg-3"]),
        ("resource_type=aws_security_group&since=2025-01-15T12:00:04Z&severity=CRITICAL", ["sg-4"]),
    ],
)
def test_drifts_are_filtered(client: httpx.Client, query: str, expected: list[str]) -> None:
    assert ids(data(client.get(f"/api/v1/drifts?{query}"))) == expected


@pytest.mark.parametrize("path", ["/api/v1/drifts", "/api/v1/events"])
@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("limit=1001", "invalid_limit"),
        ("limit=0", "invalid_limit"),
        ("limit=-1", "invalid_limit"),
        ("limit=ten", "invalid_limit"),
        ("limit=1e3", "invalid_limit"),
        ("limit=٣", "invalid_limit"),
        ("page=0", "invalid_page"),
        ("page=99999999999999999999", "invalid_page"),
        ("since=yesterday", "invalid_since"),
        ("since=2025-13-01T00:00:00Z", "invalid_since"),
        ("since=1736935200", "invalid_since"),
        ("severity=fatal", "invalid_severity"),
        ("resource_type=" + ",".join(f"t{n}" for n in range(101)), "invalid_resource_type"),
    ],
)
def test_a_faulty_question_is_refused_by_name(client: httpx.Client, path: str, query: str, code: str) -> None:
    assert error(client.get(f"{path}?{query}")) == (400, code)


def test_an_unknown_status_is_refused(client: httpx.Client) -> None:
    assert error(client.get("/api/v1/drifts?status=closed")) == (400, "invalid_status")
    assert error(client.get("/api/v1/events?type=noise")) == (400, "invalid_type")


def test_the_largest_limit_is_allowed(client: httpx.Client) -> None:
    assert data(client.get("/api/v1/drifts?limit=1000"))["limit"] == 1000


def test_events_are_listed_and_filtered(client: httpx.Client) -> None:
    answer = client.get("/api/v1/events?type=drift,state_change&since=2025-01-15T12:00:00Z")

    listing = data(answer)
    Success[Listing[EventModel]].model_validate(answer.json(), strict=True)
    assert listing["total"] == 6
    assert [item["event_id"] for item in listing["items"][:4]] == [f"drift-{n}" for n in (4, 3, 2, 1)]
    assert data(client.get("/api/v1/events?severity=low"))["total"] == 1
    assert data(client.get("/api/v1/events?resource_type=aws_instance"))["total"] == 1


def test_an_event_is_found_by_an_id_with_slashes(client: httpx.Client) -> None:
    event_id = "state:bucket/key with/slash?#4"

    found = data(client.get(f"/api/v1/events/{quote(event_id, safe='')}"))

    assert found["event_id"] == event_id
    assert found["payload"] == {"resource": "aws_instance.x", "action": "modified", "serial": 4}


@pytest.mark.parametrize("drift_id", ["nothing", "a-b", "x" * 3000, "%00", "%ED%A0%80"])
def test_an_unknown_id_is_not_found(client: httpx.Client, drift_id: str) -> None:
    assert error(client.get(f"/api/v1/drifts/{drift_id}")) == (404, "drift_not_found")
    assert error(client.get(f"/api/v1/events/{drift_id}")) == (404, "event_not_found")


def test_the_stored_record_is_answered_whole(client: httpx.Client, stored: Stored) -> None:
    odd = replace(
        drift("sg-odd", 'tags["a/b"]', new_value={"ü": [1.5, None, True]}), timestamp=NOON - timedelta(9)
    )
    stored.drifts.record(odd, drift_event("odd", odd), expected_version=0)

    detail = drift_detail_to_json(odd)
    assert data(client.get(f"/api/v1/drifts/{odd.id}")).items() >= detail.items()


@pytest.mark.parametrize(
    ("condition", "status"),
    [("{tag}", 304), ('"other", {tag}', 304), ("*", 304), ("{strong}", 304), ('"other"', 200), ("", 200)],
)
def test_a_known_answer_is_not_sent_again(client: httpx.Client, condition: str, status: int) -> None:
    tag = client.get("/api/v1/drifts?limit=2").headers["etag"]
    named = condition.format(tag=tag, strong=tag.removeprefix("W/"))

    answer = client.get("/api/v1/drifts?limit=2", headers={"if-none-match": named})

    assert (answer.status_code, answer.headers["etag"]) == (status, tag)
    assert bool(answer.content) is (status == 200)


def test_errors_carry_no_tag(client: httpx.Client) -> None:
    assert "etag" not in client.get("/api/v1/drifts/none").headers
