"""Held calls in DynamoDB: kept exactly, found when their grace is over, never held twice."""

from datetime import timedelta

import pytest

from tests.support.samples import ACCOUNT, NOON, call
from tfdrift.adapters.dynamodb import Table
from tfdrift.adapters.held_calls import DynamoHeldCalls
from tfdrift.adapters.record_json import record_from_text, record_to_text
from tfdrift.domain.identity import UserIdentity
from tfdrift.service.ports import HeldCall

pytestmark = pytest.mark.emulator


@pytest.fixture
def held(events_table: Table) -> DynamoHeldCalls:
    return DynamoHeldCalls(events_table, timedelta(days=90))


def holding(event_id: str, minutes: int = 15, **fields: object) -> HeldCall:
    return HeldCall(call(event_id, **fields), NOON, NOON + timedelta(minutes=minutes))


def test_a_call_is_kept_with_all_it_says(held: DynamoHeldCalls) -> None:
    kept = holding(
        "whole",
        account_id="000000000001",
        resource_arns=("arn:aws:ec2:x", "arn:aws:ec2:y"),
        session_credential_from_console=True,
        identity=UserIdentity(type="AWSService"),
        response={"big": 10**30, "ratio": 0.1, "text": "x" * 300_000},
        event_time=NOON + timedelta(microseconds=5),
    )

    assert held.hold(kept)
    assert list(held.held("000000000001")) == [kept]
    assert record_from_text(record_to_text(kept.record)) == kept.record


def test_a_settled_call_is_never_held_again(held: DynamoHeldCalls) -> None:
    assert held.hold(holding("settled"))
    assert not held.hold(holding("settled"))
    assert held.settle(ACCOUNT, "settled")
    assert not held.settle(ACCOUNT, "settled")
    assert not held.hold(holding("settled"))
    assert "settled" not in [kept.record.event_id for kept in held.held(ACCOUNT)]


def test_a_call_that_was_never_held_is_not_settled(held: DynamoHeldCalls) -> None:
    assert not held.settle(ACCOUNT, "unknown")


def test_those_whose_grace_is_over_are_found_in_every_account(held: DynamoHeldCalls) -> None:
    late = timedelta(days=-30)
    held.hold(holding("over-2", -43_200, account_id="000000000002", event_time=NOON + late))
    held.hold(holding("over-1", -43_200, account_id="000000000003", event_time=NOON + late * 2))
    held.hold(holding("not-over", -43_199, account_id="000000000002", event_time=NOON + late))

    expired = held.expired(NOON + late)
    held.settle("000000000003", "over-1")

    assert [kept.record.event_id for kept in expired] == ["over-1", "over-2"]
    assert [kept.record.event_id for kept in held.expired(NOON + late)] == ["over-2"]
