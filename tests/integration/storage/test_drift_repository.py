"""Drifts in DynamoDB: racing writers, second deliveries, values too big for an item, expiry."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.samples import ACCOUNT, NOON, REGION, drift, drift_event
from tfdrift.adapters.drift_repository import DynamoDriftRepository
from tfdrift.adapters.dynamodb import Query, Table
from tfdrift.adapters.event_log import DynamoEventLog
from tfdrift.demo.emulator import Emulator
from tfdrift.domain.drift import DriftStatus, Resolution, ResolutionHow, resource_hash
from tfdrift.service.ports import ConcurrentUpdate, DriftFilter, Page, Total

pytestmark = pytest.mark.emulator
RETENTION = timedelta(days=90)


@pytest.fixture
def drifts(events_table: Table) -> DynamoDriftRepository:
    return DynamoDriftRepository(events_table, RETENTION, now=lambda: NOON)


@pytest.fixture
def log(events_table: Table) -> DynamoEventLog:
    return DynamoEventLog(events_table, RETENTION)


def test_racing_writers_of_one_drift_leave_one_winner_each_version(
    emulator: Emulator, events_table: Table, drifts: DynamoDriftRepository, log: DynamoEventLog
) -> None:
    target = drift("sg-race")
    wins: list[str] = []
    losses: list[str] = []
    barrier = threading.Barrier(4)

    def write(name: str) -> None:
        own = DynamoDriftRepository(Table(emulator.client("dynamodb"), events_table.name), RETENTION)
        barrier.wait(10)
        try:
            own.record(replace(target, user_agent=name), drift_event(name, target), expected_version=0)
        except ConcurrentUpdate:
            losses.append(name)
        else:
            wins.append(name)

    writers = [threading.Thread(target=write, args=(f"race-{n}",)) for n in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(30)

    stored = drifts.get(target.id)
    assert len(wins) == 1
    assert len(losses) == 3
    assert stored is not None
    assert (stored.version, stored.record.user_agent) == (1, wins[0])
    assert [log.get(name) is not None for name in losses] == [False] * 3


def test_a_second_delivery_is_told_from_a_race(drifts: DynamoDriftRepository) -> None:
    target = drift("sg-twice")
    assert drifts.record(target, drift_event("twice-1", target), expected_version=0)
    assert drifts.record(
        replace(target, severity_reason="updated"), drift_event("twice-2", target), expected_version=1
    )

    assert not drifts.record(target, drift_event("twice-1", target), expected_version=0)
    with pytest.raises(ConcurrentUpdate):
        drifts.record(target, drift_event("twice-3", target), expected_version=1)

    stored = drifts.get(target.id)
    assert stored is not None
    assert (stored.version, stored.record.severity_reason) == (2, "updated")


def test_values_larger_than_an_item_are_kept_whole(
    drifts: DynamoDriftRepository, log: DynamoEventLog
) -> None:
    policy = {"Statement": [{"Sid": f"s{n}", "Action": ["s3:GetObject"] * 20} for n in range(2000)]}
    big = drift("sg-big", old_value=policy, new_value=1736935200123456789)
    event = replace(drift_event("big", big), payload={"old_value": policy, "new_value": {}})

    assert drifts.record(big, event, expected_version=0)

    stored, told = drifts.get(big.id), log.get("big")
    assert stored is not None
    assert stored.record == big
    assert told is not None
    assert told.payload == event.payload


def test_values_that_no_item_can_hold_are_shortened_and_the_drift_is_kept(
    drifts: DynamoDriftRepository,
) -> None:
    noise = "".join(chr(0x4E00 + (n * n * 7919 + n) % 20000) for n in range(600_000))
    big = drift("sg-noise", new_value=noise)

    assert drifts.record(big, drift_event("noisy", big), expected_version=0)

    stored = drifts.get(big.id)
    assert stored is not None
    assert str(stored.record.new_value).endswith("… [shortened, 600000 characters]")
    assert replace(stored.record, new_value=None) == replace(big, new_value=None)


def test_only_resolved_drifts_expire(drifts: DynamoDriftRepository, events_table: Table) -> None:
    opened = drift("sg-expiry")
    resolved = replace(
        opened,
        status=DriftStatus.RESOLVED,
        resolution=Resolution(ResolutionHow.REVERTED, "oncall", NOON),
    )
    partition = f"RESOURCE#{resource_hash(ACCOUNT, REGION, 'aws_security_group', 'sg-expiry')}"

    def expiry() -> list[str | None]:
        items = events_table.query(Query(partition=partition))
        return [item["expires_at"]["N"] if "expires_at" in item else None for item in items]

    drifts.record(opened, drift_event("x-1", opened), expected_version=0)
    assert expiry() == [None]
    drifts.record(resolved, drift_event("x-2", resolved), expected_version=1)
    assert expiry() == [str(int((NOON + RETENTION).timestamp()))]
    drifts.record(opened, drift_event("x-3", opened), expected_version=2)
    assert expiry() == [None]


def test_the_drifts_of_a_resource_lie_together(drifts: DynamoDriftRepository) -> None:
    for attribute in ("ingress", "egress", None):
        each = drift("sg-together", attribute)
        drifts.record(each, drift_event(f"together-{attribute}", each), expected_version=0)

    found = drifts.of_resource(resource_hash(ACCOUNT, REGION, "aws_security_group", "sg-together"))

    assert {stored.record.attribute for stored in found} == {"ingress", "egress", None}


@pytest.mark.parametrize("drift_id", ["", "-", "nothing", "a-b-c", "ä" * 500])
def test_an_id_that_is_none_finds_nothing(drifts: DynamoDriftRepository, drift_id: str) -> None:
    assert drifts.get(drift_id) is None


def test_a_listing_follows_the_status(drifts: DynamoDriftRepository) -> None:
    moved = drift("sg-moved", resource_type="aws_moved")
    drifts.record(moved, drift_event("moved-1", moved), expected_version=0)
    acknowledged = replace(moved, status=DriftStatus.ACKNOWLEDGED)
    drifts.record(acknowledged, drift_event("moved-2", moved), expected_version=1)

    def listed(*statuses: DriftStatus) -> tuple[Total | None, list[DriftStatus]]:
        listing = drifts.find(DriftFilter(resource_types=("aws_moved",), statuses=statuses), Page(1, 10))
        return listing.total, [record.status for record in listing.items]

    assert listed(DriftStatus.OPEN) == (Total(0), [])
    assert listed() == (Total(1), [DriftStatus.ACKNOWLEDGED])
