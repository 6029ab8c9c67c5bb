"""REST: who did what, session by session, and parts of it that stay right while events arrive."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.integration.rest.answers import error
from tests.integration.rest.conftest import Stored
from tests.support.samples import ACCOUNT, NOON, REGION
from tfdrift.domain.actor import Actor
from tfdrift.domain.drift import OriginKind
from tfdrift.domain.feed_event import EventType, FeedEvent
from tfdrift.rest.envelope import Success
from tfdrift.rest.timeline import TimelineModel

pytestmark = pytest.mark.emulator

ROLE = f"arn:aws:sts::{ACCOUNT}:assumed-role/Admin"
ALICE = Actor(f"{ROLE}/alice", "alice", "alice", ACCOUNT, OriginKind.CONSOLE, "203.0.113.7")
ALICE_CLI = Actor(f"{ROLE}/alice", "alice", "alice", ACCOUNT, OriginKind.CLI, "203.0.113.8")
BOB = Actor(f"{ROLE}/bob", "bob", "bob", ACCOUNT)
ELSEWHERE = "444455556666"


def event(name: str, minute: float, actor: Actor | None = ALICE, **fields: Any) -> FeedEvent:
    made = {"account_id": ACCOUNT, "severity": "high", "payload": {"attribute": name}, **fields}
    kind = made.pop("type", EventType.DRIFT)
    return FeedEvent(name, kind, NOON + timedelta(minutes=minute), actor=actor, **made)


def group(resource_id: str) -> dict[str, str]:
    return {"resource_type": "aws_security_group", "resource_id": resource_id, "region": REGION}


@pytest.fixture(autouse=True)
def _fill(stored: Stored, filled: set[str]) -> None:
    if filled:
        return
    filled.add("done")
    for each in (
        event("a-1", 0, **group("sg-1"), severity="critical"),
        event("a-2", 29, ALICE_CLI, **group("sg-1")),
        event("a-3", 31, ALICE_CLI, **group("sg-2")),
        event("b-1", 30, BOB),
        event("a-4", 90),
        event("shell", 95, None, type=EventType.FALCO, account_id=None, severity="low"),
        event("state", 96, None, type=EventType.STATE_CHANGE, severity=None, account_id=ELSEWHERE),
    ):
        assert stored.events.append(each)


def timeline(client: httpx.Client, **parameters: Any) -> dict[str, Any]:
    answer = client.get("/api/v1/timeline", params=parameters)
    assert answer.status_code == 200, answer.text
    Success[TimelineModel].model_validate(answer.json(), strict=True)
    return answer.json()["data"]


def names(part: dict[str, Any]) -> list[list[str]]:
    return [[event["event_id"] for event in session["events"]] for session in part["items"]]


def test_events_stand_together_by_session_newest_first(client: httpx.Client) -> None:
    part = timeline(client)

    assert names(part) == [["state"], ["shell"], ["a-4"], ["a-3", "a-2", "a-1"], ["b-1"]]
    assert (part["next_cursor"], part["limit"]) == (None, 100)
    assert timeline(client, limit=" ") == part
    assert not any(session["continues"] for session in part["items"])


def test_a_session_says_who_from_where_when_and_what(client: httpx.Client) -> None:
    session = timeline(client)["items"][3]

    assert (session["principal"], session["user_name"], session["session_name"]) == (
        ALICE.principal,
        "alice",
        "alice",
    )
    assert session["account_id"] == ACCOUNT
    assert session["origins"] == ["cli", "console"]
    assert session["source_ips"] == ["203.0.113.8", "203.0.113.7"]
    assert (session["first_at"], session["last_at"]) == ("2025-01-15T12:00:00Z", "2025-01-15T12:31:00Z")
    assert session["severities"] == {"critical": 1, "high": 2}
    assert session["resources"] == [
        {"account_id": ACCOUNT, "region": REGION, "resource_type": "aws_security_group", "resource_id": name}
        for name in ("sg-2", "sg-1")
    ]


@pytest.mark.parametrize(
    ("parameters", "found"),
    [
        ({"principal": ALICE.principal}, [["a-4"], ["a-3", "a-2", "a-1"]]),
        ({"principal": ALICE.principal, "since": "2025-01-15T12:29:00Z"}, [["a-4"], ["a-3", "a-2"]]),
        ({"account_id": ELSEWHERE}, [["state"]]),
        ({"principal": ALICE.principal, "account_id": ELSEWHERE}, []),
        ({"until": "2025-01-15T12:30:00Z"}, [["b-1"], ["a-2", "a-1"]]),
        ({"until": "2025-01-15T12:00:00+01:00"}, []),
        ({"since": "2025-01-15T13:00:00Z", "until": "2025-01-15T13:35:00Z"}, [["shell"], ["a-4"]]),
        ({"since": "2025-01-15T13:00:00Z", "until": "2025-01-15T12:00:00Z"}, []),
        ({"principal": "nobody"}, []),
    ],
)
def test_filters(client: httpx.Client, parameters: dict[str, str], found: list[list[str]]) -> None:
    assert names(timeline(client, **parameters)) == found


def parts(client: httpx.Client, **parameters: Any) -> Iterator[dict[str, Any]]:
    cursor: str | None = None
    while True:
        part = timeline(client, **parameters, **({"cursor": cursor} if cursor else {}))
        yield part
        cursor = part["next_cursor"]
        if cursor is None:
            return


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_parts_stay_right_while_events_arrive(client: httpx.Client, stored: Stored, limit: int) -> None:
    # Given a reader that follows the cursors while newer events of the same people arrive
    before = [name for session in names(timeline(client)) for name in session]
    seen: list[str] = []
    open_ended: set[str | None] = set()
    for number, part in enumerate(parts(client, limit=limit)):
        stored.events.append(event(f"new-{limit}-{number}", 1000 * limit + number, BOB))
        # When a session goes on from the part before, that part has said so
        for session in part["items"]:
            ids = [each["event_id"] for each in session["events"]]
            if "a-2" in ids and "a-3" not in ids:
                assert ALICE.principal in open_ended
        open_ended |= {session["principal"] for session in part["items"] if session["continues"]}
        seen += [name for session in names(part) for name in session]
    # Then every event of before stands there once, and nothing else
    assert sorted(seen) == sorted(before)


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"limit": "501"}, "invalid_limit"),
        ({"limit": "none"}, "invalid_limit"),
        ({"until": "tomorrow"}, "invalid_until"),
        ({"since": "yesterday"}, "invalid_since"),
        ({"cursor": "x"}, "invalid_cursor"),
    ],
)
def test_faults_are_named(client: httpx.Client, parameters: dict[str, str], code: str) -> None:
    answer = client.get("/api/v1/timeline", params=parameters)

    assert error(answer) == (400, code)


def test_a_cursor_belongs_to_its_filters(client: httpx.Client) -> None:
    cursor = timeline(client, limit=1)["next_cursor"]

    answer = client.get("/api/v1/timeline", params={"cursor": cursor, "principal": ALICE.principal})
    assert error(answer) == (400, "invalid_cursor")
