"""Feed events in DynamoDB: exact numbers, huge payloads, what the stream carries, listings without scans."""

import json
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tfdrift.adapters import listing
from tfdrift.adapters.dynamodb import Table
from tfdrift.adapters.event_items import STREAMED_PAYLOAD_LIMIT, event_key
from tfdrift.adapters.event_log import DynamoEventLog
from tfdrift.domain.drift import Severity
from tfdrift.domain.feed_event import EventType, FeedEvent
from tfdrift.service.ports import EventFilter, Page, Total

pytestmark = pytest.mark.emulator

NOW = datetime(2025, 1, 15, 10, tzinfo=UTC)
RETENTION = timedelta(days=90)


@pytest.fixture
def log(events_table: Table) -> DynamoEventLog:
    return DynamoEventLog(events_table, RETENTION)


def event(event_id: str, payload: Any = None, **fields: Any) -> FeedEvent:
    settings: dict[str, Any] = {
        "type": EventType.FALCO,
        "timestamp": NOW,
        "payload": payload or {"rule": "r"},
        "severity": "high",
        **fields,
    }
    return FeedEvent(event_id=event_id, **settings)


def stored(table: Table, event_id: str) -> Any:
    item = table.get(event_key(event_id))
    assert item is not None
    return item


def test_numbers_and_odd_text_come_back_as_they_went_in(log: DynamoEventLog) -> None:
    payload = {
        "evt.rawtime": 1736935200123456789,
        "huge": 10**40,
        "ratio": 0.1,
        "tiny": 5e-324,
        "text": "käse\u2028\r\n\x00 \U0001f600",
        "empty": {"list": [], "text": "", "none": None},
    }
    log.append(event("exact", payload))

    found = log.get("exact")

    assert found is not None
    assert json.dumps(found.payload) == json.dumps(payload)


def test_a_lone_surrogate_is_kept(log: DynamoEventLog) -> None:
    log.append(event("surrogate", {"text": "\ud800"}))

    found = log.get("surrogate")

    assert found is not None
    assert found.payload == {"text": "\ud800"}


def test_the_item_is_what_the_stream_is_promised(log: DynamoEventLog, events_table: Table) -> None:
    moment = datetime(2025, 1, 15, 10, 0, 0, 250000, tzinfo=UTC)
    log.append(event("shape", {"rule": "ü", "n": 1}, timestamp=moment, account_id="111122223333"))

    item = stored(events_table, "shape")

    assert (item["pk"]["S"], item["sk"]["S"], item["kind"]["S"]) == ("EVENT#shape", "EVENT", "event")
    assert item["payload"] == {"S": '{"rule":"ü","n":1}'}
    assert item["timestamp"] == {"S": "2025-01-15T10:00:00.250000Z"}
    assert (item["type"]["S"], item["severity"]["S"]) == ("falco", "high")
    assert "resource_type" not in item


def test_it_expires_by_when_it_was_stored_and_not_by_when_it_happened(events_table: Table) -> None:
    log = DynamoEventLog(events_table, RETENTION, now=lambda: NOW)
    log.append(event("old", timestamp=NOW - timedelta(days=400)))

    expires_at = int(stored(events_table, "old")["expires_at"]["N"])

    assert expires_at == int((NOW + RETENTION).timestamp())


def test_a_huge_payload_is_streamed_short_and_kept_whole(log: DynamoEventLog, events_table: Table) -> None:
    huge = {"rule": "r", "output": "x" * 900_000, "output_fields": {"args": ["y" * 100] * 9000}}
    assert log.append(event("huge", huge))

    streamed = json.loads(stored(events_table, "huge")["payload"]["S"])
    found = log.get("huge")

    assert len(stored(events_table, "huge")["payload"]["S"].encode()) <= STREAMED_PAYLOAD_LIMIT
    assert streamed["rule"] == "r"
    assert "… [shortened, 900000 characters]" in streamed["output"]
    assert streamed["output_fields"]["args"][-1] == "… [shortened, 9000 elements]"
    assert found is not None
    assert found.payload == huge


def test_a_payload_that_no_item_can_hold_is_kept_short_and_not_lost(log: DynamoEventLog) -> None:
    noise = "".join(chr(0x4E00 + (n * n * 7919 + n) % 20000) for n in range(600_000))
    assert log.append(event("noise", {"rule": "r", "output": noise}))

    found = log.get("noise")

    assert found is not None
    assert found.payload["rule"] == "r"
    assert str(found.payload["output"]).endswith("… [shortened, 600000 characters]")


@pytest.mark.parametrize("length", [900, 1010, 3000])
def test_an_id_of_any_length_is_stored_once(log: DynamoEventLog, length: int) -> None:
    long_id = "k" * length

    assert log.append(event(long_id))
    assert not log.append(event(long_id))
    found = log.get(long_id)
    assert found is not None
    assert found.event_id == long_id


def test_a_listing_reads_the_index_and_never_scans(emulator: Any, events_table: Table) -> None:
    client = emulator.client("dynamodb")
    called: list[str] = []
    client.meta.events.register("before-call.dynamodb", lambda model, **_: called.append(model.name))
    log = DynamoEventLog(Table(client, events_table.name), RETENTION)
    for n in range(7):
        log.append(
            event(f"listed-{n}", resource_type="aws_listed", timestamp=NOW + timedelta(microseconds=n))
        )
    called.clear()

    page = log.find(EventFilter(resource_types=("aws_listed",)), Page(2, 3))

    assert page.total == Total(7)
    assert [found.event_id for found in page.items] == ["listed-3", "listed-2", "listed-1"]
    assert set(called) == {"Query", "BatchGetItem"}


def test_filters_apply_together_and_since_is_inclusive(log: DynamoEventLog) -> None:
    log.append(event("a", severity="critical", account_id="210987654321", timestamp=NOW))
    log.append(event("b", severity="low", account_id="210987654321", timestamp=NOW))
    log.append(
        event("c", severity="critical", account_id="210987654321", timestamp=NOW - timedelta(microseconds=1))
    )

    page = log.find(
        EventFilter(
            types=(EventType.FALCO,),
            severities=(Severity.CRITICAL, Severity.HIGH),
            account_ids=("210987654321", *(f"{n:012d}" for n in range(150))),
            since=NOW,
        ),
        Page(1, 10),
    )

    assert [found.event_id for found in page.items] == ["a"]


class _Counting:
    """A client's calls of DynamoDB, with what each query examined."""

    def __init__(self, client: Any) -> None:
        self.examined = 0
        self.queries = 0
        client.meta.events.register("after-call.dynamodb.Query", self._count)

    def _count(self, parsed: Any, **_: Any) -> None:
        self.queries += 1
        self.examined += parsed["ScannedCount"]


def test_a_part_asked_for_by_its_place_examines_little_more_than_it_returns(
    emulator: Any, events_table: Table
) -> None:
    client = emulator.client("dynamodb")
    log = DynamoEventLog(Table(client, events_table.name), RETENTION)
    kind = EventType.STATE_CHANGE
    for n in range(400):
        log.append(event(f"cheap-{n}", type=kind, severity=None, timestamp=NOW + timedelta(seconds=n)))
    first = log.find(EventFilter(types=(kind,)), Page(1, 10))
    counting = _Counting(client)

    second = log.find(EventFilter(types=(kind,)), Page(1, 10, first.next))

    assert [found.event_id for found in second.items] == [f"cheap-{n}" for n in range(389, 379, -1)]
    assert counting.examined <= 8 * 10


def test_a_rare_match_ends_a_part_early_and_is_found_by_going_on(
    emulator: Any, events_table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "MOST_EXAMINED", 100)
    monkeypatch.setattr(listing, "_FILTERED_PAGE", 10)
    log = DynamoEventLog(events_table, RETENTION)
    for n in range(300):
        account = "333333333333" if n == 3 else "444444444444"
        log.append(event(f"rare-{n}", account_id=account, timestamp=NOW + timedelta(days=1, seconds=n)))
    wanted = EventFilter(types=(EventType.FALCO,), account_ids=("333333333333",))
    after, parts, found = None, 0, []
    while parts == 0 or after is not None:
        part = log.find(wanted, Page(1, 5, after))
        parts, after, found = parts + 1, part.next, [*found, *part.items]

    assert [each.event_id for each in found] == ["rare-3"]
    assert parts > 2
    total = log.count(EventFilter(types=(EventType.FALCO,), since=NOW + timedelta(days=1)))
    assert not total.is_exact
    assert 100 <= total.number < 300


def test_racing_deliveries_of_one_event_store_it_once(emulator: Any, events_table: Table) -> None:
    barrier = threading.Barrier(6)
    answers: list[bool] = []
    client = emulator.client("dynamodb")

    def deliver() -> None:
        log = DynamoEventLog(Table(client, events_table.name), RETENTION)
        barrier.wait(10)
        answers.append(log.append(event("raced")))

    deliveries = [threading.Thread(target=deliver) for _ in range(6)]
    for delivery in deliveries:
        delivery.start()
    for delivery in deliveries:
        delivery.join(30)

    assert sorted(answers) == [False] * 5 + [True]
